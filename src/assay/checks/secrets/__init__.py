"""Checks of passwords and keys that an image ships readable."""
