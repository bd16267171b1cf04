"""Data that kinds read: lists with their sources."""
