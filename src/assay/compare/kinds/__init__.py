"""How contents of one kind are compared: one file each, found by folder.

A module has `KIND`, `PRIORITY` (lower is asked first), `claims(path, a, b)` and
`compare(a, b)`, which returns an Outcome whose sums cover every byte of both.
"""
