"""Numbers of queries and budgets of time."""
