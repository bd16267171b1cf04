"""Checks of the pages and handlers of the web interface."""
