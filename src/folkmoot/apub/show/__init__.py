"""What other servers may read here: actors, objects, collections, activities, and how they find them."""
