"""What a new version of a program can do that the old one could not, from both code indexes.

`changes` takes the indexes of two versions of one program; used by `assay.compare.access`.
"""

from assay.code.changes.detect import Changes, changes
from assay.code.changes.record import ProgramChange, severity_of

__all__ = ["Changes", "ProgramChange", "changes", "severity_of"]
