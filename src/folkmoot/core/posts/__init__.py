"""Posts: one file per verb."""
