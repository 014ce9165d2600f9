"""What we send: activities built, addressed, written down once and delivered."""
