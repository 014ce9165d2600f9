"""Lists of posts and comments: one file per verb."""
