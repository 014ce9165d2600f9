-- Warnings by moderators that whom they are for has not read yet; what they say stands in the log.
CREATE TABLE warning_unread (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    modlog_id INTEGER NOT NULL REFERENCES modlog (id) ON DELETE CASCADE,
    PRIMARY KEY (person_id, modlog_id)
){keyed};
CREATE INDEX warning_unread_by_modlog ON warning_unread (modlog_id);
