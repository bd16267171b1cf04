"""The database of rpm: the headers of installed packages, and where the three formats keep them."""
