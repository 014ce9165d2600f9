"""Direct messages: one file per verb."""
