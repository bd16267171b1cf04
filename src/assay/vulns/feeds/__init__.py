"""Readers of advisory feeds, one file per format, found by folder: `FEED`, `recognises`, `read`."""
