"""The site as a whole: one file per verb."""
