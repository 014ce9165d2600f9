-- The search tables of SQLite are merged in small steps beside the writing (store/search.py:merge_step), not in the middle of it.
--only sqlite
INSERT INTO post_search (post_search, rank) VALUES ('automerge', 0);
INSERT INTO post_search (post_search, rank) VALUES ('usermerge', 8);
INSERT INTO post_search (post_search, rank) VALUES ('crisismerge', 1000);
INSERT INTO comment_search (comment_search, rank) VALUES ('automerge', 0);
INSERT INTO comment_search (comment_search, rank) VALUES ('usermerge', 8);
INSERT INTO comment_search (comment_search, rank) VALUES ('crisismerge', 1000);
--all
