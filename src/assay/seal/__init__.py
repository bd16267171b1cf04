"""Canonical result, bundle, signature, verification, re-run."""
