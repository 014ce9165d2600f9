-- Who imported or seeded a site was left with search tables in many large segments, which the next few thousand comments had to bring together.
--only sqlite
INSERT INTO post_search (post_search) VALUES ('optimize');
INSERT INTO comment_search (comment_search) VALUES ('optimize');
--all
-- Every call that is counted wrote it, for the sake of an hourly sweep through a few thousand rows.
DROP INDEX rate_bucket_by_updated;
