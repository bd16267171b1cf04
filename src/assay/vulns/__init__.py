"""Known flaws: an offline store of advisories, versions in order, and what matches an image."""
