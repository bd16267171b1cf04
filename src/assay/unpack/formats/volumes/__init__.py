"""Formats of the family: volumes."""
