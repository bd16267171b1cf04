"""Builds open-source parts of an image again and says which of them are what the source builds to.

A recipe names sources by digest, tools, commands and outputs; `rebuild` builds twice in varied
environments, in a sandbox, and compares with what the image holds. docs/rebuild.md.
"""

from assay.rebuild.rebuilding import rebuild

__all__ = ["rebuild"]
