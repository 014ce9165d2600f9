"""Lists in SQL: their order, their pages, their plans."""
