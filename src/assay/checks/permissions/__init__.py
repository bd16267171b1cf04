"""Checks of modes, owners and set-uid bits."""
