-- A person's posts in the order that apps ask for: one range of an index, however many there are.
CREATE INDEX post_by_creator_hot ON post (creator_id, hot_rank DESC, published DESC, id DESC);
