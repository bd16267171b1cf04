"""Two images: is one what the other builds to, and what changed? `compare` answers.

Every byte of both sides gets an account; what is called equivalent has a proof for every
differing byte. Design and levels: `docs/compare.md`.
"""

from assay.compare.comparison import compare

__all__ = ["compare"]
