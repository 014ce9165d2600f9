"""Searching and resolving."""
