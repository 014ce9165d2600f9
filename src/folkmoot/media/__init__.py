"""Pictures as bytes: what they are, without what they tell of their makers, in other sizes; and where files are kept.

Imports nothing of ours.
"""
