"""People and accounts: one file per verb."""
