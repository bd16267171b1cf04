"""Formats of the family: vendor."""
