-- What is sent to other servers, and how far each of them has got. The why of it: docs/decisions/0011-one-cursor-per-server.md.

-- What happened here and has still to be told: written by core in the transaction of the cause, taken in order by one publisher.
CREATE TABLE outgoing (
    id {long_id},
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    published {micros} NOT NULL
);
-- Every activity, once, whoever gets it. Servers are sent it because they follow community_id or person_id, because it goes to_all, or because
-- sent_inbox names them. order_key: a path; what stands on one path is sent in order (docs/decisions/0011). inner_ap_id: of an own activity inside
-- an own Announce. post_id: the post that this activity brought into being. confirmed: when the community it was sent to sent it back.
CREATE TABLE sent_activity (
    id {long_id},
    ap_id TEXT NOT NULL UNIQUE,
    inner_ap_id TEXT,
    body TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id INTEGER NOT NULL,
    sensitive {bool} NOT NULL DEFAULT FALSE,
    to_all {bool} NOT NULL DEFAULT FALSE,
    community_id INTEGER,
    person_id INTEGER,
    order_key TEXT NOT NULL,
    post_id INTEGER,
    confirmed {micros},
    published {micros} NOT NULL
);
CREATE INDEX sent_activity_by_inner ON sent_activity (inner_ap_id) WHERE inner_ap_id IS NOT NULL;
CREATE INDEX sent_activity_by_post ON sent_activity (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX sent_activity_by_published ON sent_activity (published);
CREATE TABLE sent_inbox (
    instance_id INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
    activity_id {long} NOT NULL REFERENCES sent_activity (id) ON DELETE CASCADE,
    inbox_url TEXT NOT NULL,
    PRIMARY KEY (instance_id, activity_id, inbox_url)
){keyed};
CREATE INDEX sent_inbox_by_activity ON sent_inbox (activity_id);

-- A server that is sent to. cursor: everything up to this id is done, and a restart goes on behind it. since: where the signs of life begin
-- to count. scheme: how requests are signed that it accepts (SIG-19).
CREATE TABLE destination (
    instance_id INTEGER NOT NULL PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
    cursor {long} NOT NULL,
    fails INTEGER NOT NULL DEFAULT 0,
    last_try {micros},
    next_try {micros},
    last_success {micros},
    last_error TEXT,
    delivered INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    dead {bool} NOT NULL DEFAULT FALSE,
    scheme TEXT,
    scheme_since {micros},
    looked {micros},
    since {micros} NOT NULL
);
CREATE TABLE delivery_failure (
    instance_id INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    number INTEGER NOT NULL,
    last {micros} NOT NULL,
    PRIMARY KEY (instance_id, reason)
){keyed};
-- Servers that would not take a post: the exceptions, so that what is left is who has it.
CREATE TABLE delivery_refusal (
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    instance_id INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
    status INTEGER NOT NULL,
    published {micros} NOT NULL,
    PRIMARY KEY (post_id, instance_id)
){keyed};

-- follow_id: the address of the Follow, ours or the one received. asked: how often ours was sent (SND-6).
ALTER TABLE community_follow ADD COLUMN follow_id TEXT;
ALTER TABLE community_follow ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
-- People elsewhere who follow people here (FLW-1).
CREATE TABLE person_follow (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    follow_id TEXT,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, target_id)
){keyed};
CREATE INDEX person_follow_by_target ON person_follow (target_id);

-- The key with which an actor still signs while others learn the new one (ACT-10).
CREATE TABLE retired_key (
    actor_kind TEXT NOT NULL,
    actor_id INTEGER NOT NULL,
    private_key TEXT NOT NULL,
    until {micros} NOT NULL,
    PRIMARY KEY (actor_kind, actor_id)
){keyed};
