"""How the fingerprint index is made: packages to features, features to owners, owners to a file."""
