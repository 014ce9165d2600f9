-- Whether a comment, and what is below it, takes answers (6.2, Lock of a comment).
ALTER TABLE comment ADD COLUMN locked {bool} NOT NULL DEFAULT FALSE;
