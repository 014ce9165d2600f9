-- What people write refers to them, to a post, to a community: rows that many others count in at the same moment. PostgreSQL looks whether such a
-- row is there by holding on to it, and holders beside a writer make of each old version of the row one that no index can be rid of before
-- a vacuum. Looked at by the end of the transaction, when it has written the row itself, there are no two at it.
--only postgresql
ALTER TABLE post ALTER CONSTRAINT post_community_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE post ALTER CONSTRAINT post_creator_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE comment ALTER CONSTRAINT comment_creator_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE comment ALTER CONSTRAINT comment_post_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE comment ALTER CONSTRAINT comment_parent_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE post_vote ALTER CONSTRAINT post_vote_post_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE post_vote ALTER CONSTRAINT post_vote_person_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE comment_vote ALTER CONSTRAINT comment_vote_comment_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE comment_vote ALTER CONSTRAINT comment_vote_person_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE post_read ALTER CONSTRAINT post_read_post_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE post_read ALTER CONSTRAINT post_read_person_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE comment_reply ALTER CONSTRAINT comment_reply_comment_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE comment_reply ALTER CONSTRAINT comment_reply_recipient_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE person_mention ALTER CONSTRAINT person_mention_comment_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE person_mention ALTER CONSTRAINT person_mention_recipient_id_fkey DEFERRABLE INITIALLY DEFERRED;
--all
