-- The tags that posts of a community may have (JSON, see model/tags.py), and those that a post has: their keys between blanks.
ALTER TABLE community ADD COLUMN post_tags TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN tags TEXT NOT NULL DEFAULT '';
