"""An evaluation with everything that a report must cope with, hostile text included."""

import pytest

from assay.model.flaws import (
    FlawSearch,
    Ground,
    KnownFlaw,
    Proof,
    Searched,
    Setting,
    Statement,
)
from assay.model.result import (
    CheckResult,
    Component,
    Coverage,
    Evaluation,
    Evidence,
    Finding,
    Occurrence,
    Subject,
    Tool,
    Verdict,
)
from assay.model.tree import Container, Node, Origin, Problem, Region

HOSTILE = "<script>alert(1)</script>\"'&--></style>"
BLOB = "ab" * 32


def flaw(identity: str, status: str, **changes: object) -> KnownFlaw:
    """Return a flaw of the BusyBox in `evaluation`, with markup in its texts."""
    given = {
        "id": identity, "component": "busybox", "version": "1.30.1",
        "purl": "pkg:generic/busybox@1.30.1", "status": status, "says": f"{identity} {HOSTILE}",
        "summary": HOSTILE, "severity": "unknown", "score": -1, "priority": 0, "cwe": (79,),
        "grounds": (Ground(by="NVD", affects=HOSTILE, status="affected"),),
        "exposure": (HOSTILE,),
        "proofs": (Proof(path=HOSTILE, blob=BLOB, offset=1, length=2, excerpt=HOSTILE),),
        **changes,
    }  # fmt: skip
    return KnownFlaw(**given)  # type: ignore[arg-type]


@pytest.fixture
def evaluation() -> Evaluation:
    """Return an evaluation whose every text field holds markup."""
    evidence = [
        Evidence(kind=kind, blob=BLOB, path=HOSTILE, offset=16, length=8, excerpt=excerpt)
        for kind, excerpt in (
            ("text", HOSTILE), ("bytes", "00112233"), ("attribute", HOSTILE), ("absence", HOSTILE),
        )
    ]  # fmt: skip
    finding = Finding(
        id="f" * 16, check="accounts.empty-password", version=1, title=HOSTILE, subject=HOSTILE,
        blob=BLOB, says=HOSTILE, severity="critical", confidence="certain", cwe=(258,),
        evidence=tuple(evidence), advice=HOSTILE,
    )  # fmt: skip
    origin = Origin(container=BLOB, format="squashfs", offset=0, length=900)
    nodes = (
        Node(path="etc", kind="directory", origin=origin, mode=0o755, uid=0, gid=0),
        Node(path=f"etc/{HOSTILE}", kind="file", origin=origin, blob=BLOB, size=5, mode=0o4755),
        Node(path="etc/a.tgz//inner", kind="symlink", origin=origin, target=HOSTILE),
    )
    regions = (
        Region(offset=0, length=900, account="parsed", format="squashfs", note=HOSTILE),
        Region(offset=900, length=100, account="encrypted"),
    )
    return Evaluation(
        schema="https://assay.invalid/evaluation/1",
        subject=Subject(sha256=BLOB, size=1000, kind="image"),
        tool=Tool(name="assay", version="0.1.0", digest="cd" * 32),
        profile="etsi-en-303-645",
        profile_title=HOSTILE,
        options=(),
        verdict="fail",
        coverage=Coverage(size=1000, parsed=900, padding=0, encrypted=100, unknown=0, files=1),
        containers=(Container(blob=BLOB, path="", size=1000, regions=regions),),
        nodes=nodes,
        components=(
            Component(
                name="busybox", version="1.30.1", purl="pkg:generic/busybox@1.30.1",
                cpe="cpe:2.3:a:busybox:busybox:1.30.1:*:*:*:*:*:*:*", kind="program",
                method="banner", confidence=950, licence="GPL-2.0-only",
                occurrences=(
                    Occurrence(
                        path=HOSTILE, blob=BLOB, offset=1, length=2, excerpt=HOSTILE,
                        method="banner",
                    ),
                ),
            ),
        ),
        results=(
            CheckResult(
                check="accounts.empty-password", version=1, outcome="found", scope=HOSTILE,
                examined=1, gaps=(HOSTILE,), findings=(finding,),
            ),
        ),
        verdicts=(
            Verdict(
                requirement="5.1-1", title=HOSTILE, mandatory=True, verdict="fail",
                reason=HOSTILE, against=("f" * 16,),
            ),
            Verdict(
                requirement="5.2-1", title="a", mandatory=True, verdict="not-assessed",
                reason="b", id_verified=False,
            ),
        ),
        problems=(Problem(kind="damage", part="squashfs", says=HOSTILE, path=HOSTILE),),
        flaw_search=FlawSearch(
            snapshot="ef" * 32, as_of="2024-05-06", sources=("nvd 2024-05-06",), setting=Setting(),
            searched=(
                Searched(
                    component="busybox", version="1.30.1", records=3, affected=1, possibly=1,
                    not_affected=1, undecided=0,
                ),
            ),
        ),
        flaws=(
            flaw("CVE-2021-1001", "affected", priority=9, exploited="2023-04-05", score=98,
                 severity="critical", vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            flaw("CVE-2021-1002", "possibly-affected", priority=3, doubts=(HOSTILE,)),
            flaw("CVE-2021-1003", "not-affected", justification="vulnerable_code_not_present"),
            flaw("CVE-2021-1004", "not-affected", justification="already_fixed",
                 statements=(Statement(flaw="CVE-2021-1004", product="", status="fixed",
                                       author=HOSTILE, document=HOSTILE),)),
        ),
    )  # fmt: skip
