"""An evaluation with everything that a report must cope with, hostile text included."""

import pytest

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
    )  # fmt: skip
