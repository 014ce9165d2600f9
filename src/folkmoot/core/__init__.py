"""What the site does: one folder per noun, one file per verb. Imports model, text and store only."""
