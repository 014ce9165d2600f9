"""How many queries each page and each answer costs."""
