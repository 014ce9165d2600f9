-- What the operator set about other servers, written down at every start (as `image_mode` is): what is taken in depends on it.
ALTER TABLE local_site ADD COLUMN verify_announced TEXT NOT NULL DEFAULT 'sample';
ALTER TABLE local_site ADD COLUMN reactions TEXT NOT NULL DEFAULT 'ignore';
ALTER TABLE local_site ADD COLUMN boosts TEXT NOT NULL DEFAULT 'ignore';
ALTER TABLE local_site ADD COLUMN message_min_age INTEGER NOT NULL DEFAULT 0;
ALTER TABLE local_site ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 7;
