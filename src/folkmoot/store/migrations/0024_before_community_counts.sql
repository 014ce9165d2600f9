-- What of a community every comment changes, apart from its long texts: the counts of all communities stand on a few pages. A row for each
-- community, with its id.
CREATE TABLE community_count (
    id INTEGER NOT NULL PRIMARY KEY REFERENCES community (id) ON DELETE CASCADE,
    comments INTEGER NOT NULL DEFAULT 0
);
