-- A person's posts in the order that apps ask for: one range of an index, however many there are.
CREATE INDEX post_by_creator_hot ON post (creator_id, hot_rank DESC, published DESC, id DESC);
-- Of an index that it knows nothing about SQLite believes that ten rows have each value, and would take it for every list of a person.
--only sqlite
PRAGMA analysis_limit = 1000;
ANALYZE post;
--all
