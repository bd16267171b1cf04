"""Formats of the family: executables."""
