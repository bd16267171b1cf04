"""How long the projects support the branches of their components, from a dated table.

The table is `data/component-support.toml`; its date is the reference date, never a clock.
"""

from functools import lru_cache
from typing import Any

from assay._kernel.tables import table
from assay._kernel.value import Value


class Support(Value):
    """Until when (year-month) a branch is supported; `exact` where the project announced it."""

    branch: str
    until: str
    as_of: str
    source: str
    exact: bool

    @property
    def ended(self) -> bool:
        """Whether support had ended at the reference date."""
        return self.until <= self.as_of


class Latest(Value):
    """The newest release that is known, and the day of which that is known."""

    version: str
    as_of: str


def support_of(key: str, version: str) -> Support | None:
    """Return how long the branch of *version* of the component *key* is supported, if known."""
    table = _table()
    known = table["component"].get(key)
    if known is None:
        return None
    exact, ended = known.get("until", {}), known.get("ended_by", {})
    branch = _branch(version, {**exact, **ended})
    if branch is None:
        return None
    until = exact.get(branch) or ended[branch]
    return Support(branch, until, table["as_of"], known["source"], exact=branch in exact)


def latest_of(key: str) -> Latest | None:
    """Return the newest release of the component *key* that is known."""
    table = _table()
    version = table["latest"].get(key)
    return None if version is None else Latest(version, table["latest_as_of"])


def _branch(version: str, branches: dict[str, str]) -> str | None:
    """Return the longest of *branches* that *version* belongs to (1.0.2 for 1.0.2k)."""
    fitting = [one for one in branches if _is_in(version, one)]
    return max(fitting, key=len, default=None)


def _is_in(version: str, branch: str) -> bool:
    if not version.startswith(branch):
        return False
    rest = version[len(branch) :]
    return not rest[:1].isdigit()


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return table("assay.checks.data", "component-support.toml")
