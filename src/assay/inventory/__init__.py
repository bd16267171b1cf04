"""What each blob is and states: facts, found by kinds, and the inventory of an image."""
