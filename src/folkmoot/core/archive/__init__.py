"""Discussions as files: the JSON-lines archive format, version 1 (docs/reference/archive.md)."""
