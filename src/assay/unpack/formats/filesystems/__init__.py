"""Formats of the family: filesystems."""
