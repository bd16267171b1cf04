"""The checks on known flaws: findings with proof, gaps that keep them from being clear."""

from assay.checks.components import exploited_flaws, known_flaws
from assay.checks.runner import run_checks
from assay.inventory.image import Inventory
from assay.model.flaws import FlawSearch, KnownFlaw, Proof, Searched, Setting
from assay.model.result import CheckResult, Coverage
from assay.model.tree import Node, Origin

BLOB = "ab" * 32
WHOLE = Coverage(size=10, parsed=10, padding=0, encrypted=0, unknown=0, files=1)
NODE = Node(
    path="bin/busybox", kind="file", blob=BLOB, size=9,
    origin=Origin(container=BLOB, format="tar", offset=0, length=9),
)  # fmt: skip


def flaw(identity: str, **changes: object) -> KnownFlaw:
    given = {
        "id": identity, "component": "BusyBox", "version": "1.2", "purl": "", "status": "affected",
        "says": f"BusyBox 1.2 is affected by {identity}.", "summary": "", "severity": "high",
        "score": 75, "priority": 1,
        "proofs": (Proof(path=NODE.path, blob=BLOB, offset=1, length=3, excerpt="1.2"),),
        **changes,
    }  # fmt: skip
    return KnownFlaw(**given)  # type: ignore[arg-type]


def ran(module: object, *flaws: KnownFlaw, **changes: object) -> CheckResult:
    searched = Searched(
        component="BusyBox", version="1.2", records=5, affected=1, possibly=0, not_affected=4,
        undecided=0,
    )  # fmt: skip
    given = {"snapshot": "d", "as_of": "2024-01-01", "sources": (), "setting": Setting(),
             "searched": (searched,), **changes}  # fmt: skip
    image = Inventory([NODE], {}, [], WHOLE)
    image.flaw_search = FlawSearch(**given)  # type: ignore[arg-type]
    image.flaws = flaws
    results, problems = run_checks(image, [module])  # type: ignore[list-item]
    assert not problems
    return results[0]


def test_one_finding_for_a_component() -> None:
    found = ran(known_flaws, flaw("CVE-1"), flaw("CVE-2", severity="critical"),
                flaw("CVE-3", status="possibly-affected"))  # fmt: skip
    (finding,) = found.findings
    assert finding.severity == "critical"
    assert finding.confidence == "firm"
    assert finding.says.startswith("BusyBox 1.2: 2 known flaws affect it, 1 may affect it: CVE-1")
    assert (finding.evidence[0].offset, finding.evidence[0].excerpt) == (1, "1.2")


def test_what_is_only_possible_is_tentative() -> None:
    (finding,) = ran(known_flaws, flaw("CVE-1", status="possibly-affected")).findings
    assert finding.confidence == "tentative"


def test_flaws_that_do_not_apply_are_no_findings() -> None:
    found = ran(known_flaws, flaw("CVE-1", status="not-affected"))
    assert (found.outcome, found.findings) == ("clear", ())


def test_gaps() -> None:
    unknown = Searched(
        component="thing", version="", records=0, affected=0, possibly=0, not_affected=0,
        undecided=0,
    )  # fmt: skip
    found = ran(known_flaws, searched=(unknown,))
    assert found.outcome == "inconclusive"
    assert found.gaps == (
        "the version of thing is not known", "the advisories hold nothing on thing",
    )  # fmt: skip
    image = Inventory([NODE], {}, [], WHOLE)
    (never,), _ = run_checks(image, [known_flaws])  # type: ignore[list-item]
    assert never.outcome == "inconclusive"


def test_exploited() -> None:
    found = ran(exploited_flaws, flaw("CVE-1"), flaw("CVE-2", exploited="2021-11-03"),
                flaw("CVE-3", exploited="2021-11-03", status="possibly-affected"))  # fmt: skip
    told = [(one.severity, one.confidence) for one in found.findings]
    assert sorted(told) == [("critical", "firm"), ("high", "tentative")]
    assert all("listed as exploited since 2021-11-03" in one.says for one in found.findings)
