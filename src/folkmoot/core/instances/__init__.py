"""Other servers: one file per verb."""
