"""Password hashes: what scheme a field is, and whether a published default password made it."""
