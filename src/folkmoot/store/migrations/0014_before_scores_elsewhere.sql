-- What the origin of a thread says of its score.
ALTER TABLE thread_fetch ADD COLUMN score INTEGER;
