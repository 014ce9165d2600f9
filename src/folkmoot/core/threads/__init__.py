"""A post with its conversation: one file per verb."""
