"""Frozen records that pass between stages, are stored or are sealed: integers and text only."""
