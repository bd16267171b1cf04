"""Which findings about undocumented access are above the line: five of a program at most.

Severity × reach × rarity of the trigger × absence of authentication, as small integers; the
rest is kept in the evaluation and shown when it is asked for. Lists of places to read state no
flaw: they have no score, take no place above the line and are never kept back.
"""

from collections import defaultdict
from collections.abc import Iterable

from assay.model.result import Finding

TOPIC = "backdoors."
MOST = 5
"""The most findings about one program above the line."""

LINE = 12
"""The score from which on a finding can be above the line."""

SEVERITY = {"critical": 16, "high": 8, "medium": 4, "low": 2, "info": 1}
CONFIDENCE = {"certain": 4, "firm": 3, "tentative": 2}
REACHED = ("(port ", "getenv", "recv", "a connection", "started at boot", "for each connection")
"""Words of a statement that say that the network comes there."""

UNGUARDED = frozenset(
    {"command-after-constant", "second-password", "shell-on-connection", "public-case",
     "unchecked-request", "interpreter-from-network", "fetch-and-run", "fixed-address"}
)  # fmt: skip
"""Checks whose findings mean that no authentication stands before the gain."""

VAGUE = frozenset({"odd-constant", "nearly-published-name"})
"""Checks that tell of a trigger whose gain was not followed."""


def score(finding: Finding) -> int:
    """Return what *finding* weighs: the product of its parts, higher is graver."""
    name = finding.check.removeprefix(TOPIC)
    reach = 3 if any(word in finding.says for word in REACHED) else 2
    open_ = 3 if name in UNGUARDED else 1 if name in VAGUE else 2
    return SEVERITY[finding.severity] * CONFIDENCE[finding.confidence] * reach * open_ // 4


def is_reading_list(finding: Finding) -> bool:
    """Return whether *finding* names places to read and states no flaw."""
    return finding.check.startswith(TOPIC) and finding.severity == "info"


def above_the_line(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Return the findings to show and those to keep back, each in the order given.

    Findings of other topics, and lists of places to read, are always shown.
    """
    every = list(findings)
    groups: dict[str, list[Finding]] = defaultdict(list)
    for one in every:
        if one.check.startswith(TOPIC) and not is_reading_list(one):
            groups[one.subject].append(one)
    kept: set[int] = set()
    for group in groups.values():
        ranked = sorted(group, key=lambda one: (-score(one), one.check, one.id))
        kept |= {id(one) for place, one in enumerate(ranked) if place >= MOST or score(one) < LINE}
    return (
        [one for one in every if id(one) not in kept],
        [one for one in every if id(one) in kept],
    )
