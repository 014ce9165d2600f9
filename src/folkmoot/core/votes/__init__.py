"""Votes: one file per verb."""
