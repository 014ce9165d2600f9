-- Whether other servers are told how somebody votes (VOT-3).
ALTER TABLE local_user ADD COLUMN federate_votes {bool} NOT NULL DEFAULT TRUE;
