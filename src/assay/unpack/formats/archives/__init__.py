"""Formats of the family: archives."""
