"""Scripts that verify updates: which ways through them lead past the check of a signature."""
