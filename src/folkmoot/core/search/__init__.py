"""Search: one file per verb."""
