-- Lines about what was removed along with a ban name the line of that ban: the public log shows them, API v3 lists only what was done by itself.
ALTER TABLE modlog ADD COLUMN part_of INTEGER REFERENCES modlog (id) ON DELETE CASCADE;
CREATE INDEX modlog_by_kind ON modlog (kind, published DESC, id DESC) WHERE part_of IS NULL;
