"""Replies and mentions: one file per verb."""
