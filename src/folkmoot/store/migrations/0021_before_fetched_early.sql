-- Addresses of posts and comments that were fetched before their own Create came (forgotten after a week): when it comes, it is news.
CREATE TABLE fetched_early (
    ap_id TEXT NOT NULL PRIMARY KEY,
    since {micros} NOT NULL
){keyed};
CREATE INDEX fetched_early_by_time ON fetched_early (since);
