-- Lists by comments follow the steps.
DROP INDEX post_by_comments;
DROP INDEX post_in_community_by_comments;
