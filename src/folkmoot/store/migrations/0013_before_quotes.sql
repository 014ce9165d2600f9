-- Who of other servers may quote what people here wrote, in which post of theirs: the stamp that they show (FEP-044f).
CREATE TABLE quote (
    id {id},
    target TEXT NOT NULL,
    quoting TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    UNIQUE (target, quoting)
);
CREATE INDEX quote_by_author ON quote (author_id);
