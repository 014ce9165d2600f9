"""Comments: one file per verb."""
