"""Kinds of blobs, one file each, found by folder."""
