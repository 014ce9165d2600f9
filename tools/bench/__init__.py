"""`make bench`: what this code reaches on this machine, as a table and as JSON."""
