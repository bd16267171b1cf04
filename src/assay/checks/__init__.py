"""Automatic tests, one file each, found by folder."""
