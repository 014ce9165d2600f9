-- What somebody wrote, in the order that apps ask for: one range of an index, however much it is.
CREATE INDEX comment_by_creator_hot ON comment (creator_id, hot_rank DESC, score DESC, id DESC);
