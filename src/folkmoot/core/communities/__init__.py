"""Communities: one file per verb."""
