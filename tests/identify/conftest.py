"""Makes the `building` module of the check tests importable here as well."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "checks"))

sys.path.insert(0, str(Path(__file__).parent))
