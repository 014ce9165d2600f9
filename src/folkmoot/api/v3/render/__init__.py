"""From what core answers to what travels: pure functions, one module per noun."""
