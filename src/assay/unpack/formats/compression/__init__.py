"""Formats of the family: compression."""
