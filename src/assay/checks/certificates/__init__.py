"""Checks of the certificates that an image ships."""
