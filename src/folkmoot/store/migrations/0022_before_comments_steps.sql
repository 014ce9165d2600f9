-- The step on which a post's number of comments is (`comments_step` in model/ranking.py, which a test compares with this): the order by
-- comments goes by it in an index that most comments leave alone, and sorts within a step.
ALTER TABLE post ADD COLUMN comments_step INTEGER NOT NULL DEFAULT 0;
UPDATE post SET comments_step = CASE
    WHEN comments < 4 THEN comments
    WHEN comments < 8 THEN 4
    WHEN comments < 16 THEN 5
    WHEN comments < 32 THEN 6
    WHEN comments < 64 THEN 7
    WHEN comments < 128 THEN 8
    WHEN comments < 256 THEN 9
    WHEN comments < 512 THEN 10
    WHEN comments < 1024 THEN 11
    WHEN comments < 2048 THEN 12
    WHEN comments < 4096 THEN 13
    WHEN comments < 8192 THEN 14
    WHEN comments < 16384 THEN 15
    WHEN comments < 32768 THEN 16
    WHEN comments < 65536 THEN 17
    WHEN comments < 131072 THEN 18
    WHEN comments < 262144 THEN 19
    WHEN comments < 524288 THEN 20
    WHEN comments < 1048576 THEN 21
    WHEN comments < 2097152 THEN 22
    WHEN comments < 4194304 THEN 23
    WHEN comments < 8388608 THEN 24
    WHEN comments < 16777216 THEN 25
    WHEN comments < 33554432 THEN 26
    WHEN comments < 67108864 THEN 27
    WHEN comments < 134217728 THEN 28
    WHEN comments < 268435456 THEN 29
    WHEN comments < 536870912 THEN 30
    WHEN comments < 1073741824 THEN 31
    ELSE 32
    END
    WHERE comments > 0;
CREATE INDEX post_by_comments_step ON post (featured_local DESC, comments_step DESC, published DESC, id DESC);
CREATE INDEX post_in_community_by_comments_step ON post (community_id, featured_community DESC, comments_step DESC, published DESC, id DESC);
-- Of an index that it knows nothing about SQLite believes that ten rows have each value, and would take it for every list.
--only sqlite
PRAGMA analysis_limit = 1000;
ANALYZE post;
--all
