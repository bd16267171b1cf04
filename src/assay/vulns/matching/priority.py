"""Which flaws matter first: severity, exploitation, and how the component is reached here.

The number is a sum of stated weights, not a risk in any unit; docs/vulnerabilities.md has the
table. It orders flaws and is no verdict.
"""

from assay.vulns.advisory import Exploited, Likelihood
from assay.vulns.matching.severity import Severity, over_network

EXPLOITED, RANSOMWARE = 400, 50
LIKELY = 300
"""At a chance of exploitation of 100 %; in proportion below."""
NETWORK_FACING, AT_BOOT, AS_ROOT = 120, 60, 40
REMOTE = 60
UNKNOWN_SCORE = 50
POSSIBLY = 3
"""Possibly affected counts a third."""
UNSTARTED = 80


def priority(
    severity: Severity,
    exploited: Exploited | None,
    likelihood: Likelihood | None,
    marks: tuple[str, ...],
    *,
    certain: bool,
) -> int:
    """Return the priority of a flaw; *marks* are those of `assay.vulns.exposure`."""
    total = severity.score * 3 if severity.score >= 0 else UNKNOWN_SCORE * 3
    if exploited is not None:
        total += EXPLOITED + (RANSOMWARE if exploited.ransomware else 0)
    if likelihood is not None:
        total += likelihood.chance * LIKELY // 1_000_000
    remote = over_network(severity.vector)
    if remote:
        total += REMOTE
    if "network-facing" in marks and remote is not False:
        total += NETWORK_FACING
    total += AT_BOOT if "started-at-boot" in marks else 0
    total += AS_ROOT if "as-root" in marks else 0
    if "not-started" in marks:
        total = max(0, total - UNSTARTED)
    return total if certain else total // POSSIBLY
