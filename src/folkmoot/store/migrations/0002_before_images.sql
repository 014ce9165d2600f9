-- Pictures: what people uploaded and what was kept as a preview, what is fetched through this server, and what is known of each.

-- One file. Previews of links belong to nobody.
CREATE TABLE local_image (
    alias TEXT NOT NULL PRIMARY KEY,
    delete_token TEXT NOT NULL,
    local_user_id INTEGER REFERENCES local_user (id) ON DELETE SET NULL,
    published {micros} NOT NULL
){keyed};
CREATE INDEX local_image_by_user ON local_image (local_user_id, published DESC, alias DESC);
CREATE INDEX local_image_by_published ON local_image (published DESC, alias DESC);

-- Addresses elsewhere that this server fetches for its readers.
CREATE TABLE remote_image (
    link TEXT NOT NULL PRIMARY KEY,
    published {micros} NOT NULL
){keyed};

-- Size and type by address, as posts name it.
CREATE TABLE image_details (
    link TEXT NOT NULL PRIMARY KEY,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    content_type TEXT NOT NULL
){keyed};

-- What the operator set (`image_mode`), written down at every start: what is written into texts depends on it.
ALTER TABLE local_site ADD COLUMN image_mode TEXT NOT NULL DEFAULT 'store-previews';
