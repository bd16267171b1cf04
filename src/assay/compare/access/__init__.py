"""What a new version lets in that the old one did not: how a buyer vets an update.

Behind `assay compare --access` and `assay evaluate --previous`. Findings, services, ports, rules,
handlers, accounts, keys and rights are set side by side, and so is the code of changed programs.
"""

from assay.compare.access.view import access_since, compare_access

__all__ = ["access_since", "compare_access"]
