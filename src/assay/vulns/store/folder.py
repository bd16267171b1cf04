"""Where the user's snapshots of advisories are; apart from what reads them, which takes time."""

import os
from pathlib import Path

MANIFEST = "manifest.json"
"""The file of a snapshot that says what it is, with the digest of its content."""


def advisories_folder() -> Path:
    """Return the folder of the user's snapshots (XDG base directories)."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "assay" / "advisories"
