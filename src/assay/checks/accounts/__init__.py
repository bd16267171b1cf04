"""Checks of the accounts that an image ships."""
