"""Matching: which advisories concern the components of an image, and what each one means there."""
