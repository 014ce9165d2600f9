"""Reports: one file per verb."""
