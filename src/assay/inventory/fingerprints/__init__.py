"""Learned fingerprints: features of a blob, and the index that says whose they are."""
