"""Face 3: ActivityPub, the language that servers of the fediverse speak with each other."""
