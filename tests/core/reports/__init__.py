"""Reports and their queue."""
