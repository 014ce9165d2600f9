"""Runs what others wrote down, and what has to be done again and again."""
