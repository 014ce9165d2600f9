-- What other servers send, what we fetch from them, and what must not come back.

-- One row per activity that arrived, and per activity that came inside another: its address is what duplicates are known by (kept a week).
-- object: what it is about, for who takes it back by its address alone.
-- state: waiting, later (tried again when due), accepted, refused (reason says why). The body goes once nothing is left to do with it.
CREATE TABLE received (
    id {long_id},
    ap_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    host TEXT NOT NULL,
    object TEXT,
    lane INTEGER NOT NULL,
    body TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    detail TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    due {micros},
    received {micros} NOT NULL,
    closed {micros}
);
CREATE INDEX received_waiting ON received (id) WHERE state = 'waiting';
CREATE INDEX received_later ON received (due) WHERE state = 'later';
CREATE INDEX received_refused ON received (received DESC, id DESC) WHERE state = 'refused';
CREATE INDEX received_by_time ON received (received);

-- Addresses of what was deleted before we knew it (forgotten after a week) or purged here (for good): neither is taken in again.
CREATE TABLE gone (
    ap_id TEXT NOT NULL PRIMARY KEY,
    since {micros} NOT NULL,
    purged {bool} NOT NULL DEFAULT FALSE
){keyed};
CREATE INDEX gone_by_time ON gone (since) WHERE NOT purged;

-- Addresses and hosts that did not answer, and until when they are left alone.
CREATE TABLE fetch_failure (
    address TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    failures INTEGER NOT NULL,
    until {micros} NOT NULL
){keyed};
CREATE INDEX fetch_failure_by_time ON fetch_failure (until);

-- Other addresses of a stored thing: the page people see, a key.
CREATE TABLE alternate (
    address TEXT NOT NULL PRIMARY KEY,
    ap_id TEXT NOT NULL
){keyed};
CREATE INDEX alternate_by_ap_id ON alternate (ap_id);

-- When a thread was last completed from its origin, and how many comments there are there.
CREATE TABLE thread_fetch (
    post_id INTEGER NOT NULL PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    fetched {micros} NOT NULL,
    total INTEGER
){keyed};

-- Comments that came from their author alone: the community elsewhere has not passed them on (yet).
CREATE TABLE unconfirmed_comment (
    comment_id INTEGER NOT NULL PRIMARY KEY REFERENCES comment (id) ON DELETE CASCADE,
    published {micros} NOT NULL
){keyed};

-- Communities that passed on what its author's server does not know: nothing of third servers is believed from them.
CREATE TABLE quarantine (
    community_id INTEGER NOT NULL PRIMARY KEY REFERENCES community (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    since {micros} NOT NULL
){keyed};

-- Accounts elsewhere that moved, and where to.
CREATE TABLE moved_person (
    person_id INTEGER NOT NULL PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    target TEXT NOT NULL,
    moved {micros} NOT NULL
){keyed};

CREATE INDEX community_by_moderators_url ON community (moderators_url) WHERE moderators_url IS NOT NULL;
CREATE INDEX community_by_featured_url ON community (featured_url) WHERE featured_url IS NOT NULL;
