-- Accounts elsewhere that people here say are theirs too (MOV-1).
CREATE TABLE alias (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    ap_id TEXT NOT NULL,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, ap_id)
){keyed};
