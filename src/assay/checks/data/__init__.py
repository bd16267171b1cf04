"""Data that checks read: lists with their sources."""
