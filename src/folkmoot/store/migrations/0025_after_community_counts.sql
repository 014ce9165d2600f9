-- The number of comments moves to `community_count`. Who counts at this moment has done so before the move, or fails.
--only postgresql
LOCK TABLE community IN ACCESS EXCLUSIVE MODE;
--all
INSERT INTO community_count (id, comments) SELECT id, comments FROM community;
ALTER TABLE community DROP COLUMN comments;
