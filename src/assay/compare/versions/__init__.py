"""Two versions of one product: what got better or worse from the old to the new.

Evaluates both images and sets the results side by side, as `assay compare --versions` shows
them. Findings, components and files are paired first, so that what moved is not counted twice.
"""

from assay.compare.versions.view import compare_versions, view_of

__all__ = ["compare_versions", "view_of"]
