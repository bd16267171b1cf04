"""The example image: what was planted is found at its path, what is clean is left alone."""

import tomllib

import pytest
from tests.conftest import EXAMPLE

from assay.pipeline import evaluate

EXPECTED = tomllib.loads((EXAMPLE.parent / "expected.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def evaluation():
    return evaluate(EXAMPLE).evaluation


def about(evaluation, where, path):
    """Return the texts of the findings that concern *path*: as subject or as evidence."""
    system = {"rootfs": "squashfs@", "config": "jffs2@"}[where]

    def meant(name):
        return name.startswith(system) and name.endswith(f"//{path.lstrip('/')}")

    for finding in evaluation.findings:
        if meant(finding.subject) or any(meant(one.path) for one in finding.evidence):
            excerpts = " ".join(one.excerpt for one in finding.evidence if meant(one.path))
            yield finding, f"{finding.title} {finding.says} {excerpts}".lower()


@pytest.mark.parametrize(
    "planted", EXPECTED["planted"], ids=lambda planted: f"{planted['topic']}:{planted['path']}"
)
def test_planted_problems_are_found(evaluation, planted):
    texts = [text for finding, text in about(evaluation, planted["where"], planted["path"])
             if finding.severity != "info"]  # fmt: skip
    assert any(word.lower() in text for text in texts for word in planted["says"])


@pytest.mark.parametrize("clean", EXPECTED["clean"], ids=lambda clean: clean["path"])
def test_clean_parts_are_left_alone(evaluation, clean):
    found = [(finding, text) for finding, text in about(evaluation, clean["where"], clean["path"])
             if finding.severity != "info"]  # fmt: skip
    if "never" in clean:
        assert not [f.says for f, text in found if any(w.lower() in text for w in clean["never"])]
    else:
        assert not [finding.says for finding, _ in found]


def test_the_planted_command_is_confirmed_by_emulation(evaluation):
    (shown,) = (
        finding
        for finding, _ in about(evaluation, "rootfs", "usr/sbin/mgmtd")
        if finding.check == "backdoors.command-after-constant"
    )
    assert (shown.severity, shown.confidence) == ("high", "certain")
    assert "port 7600" in shown.says
    assert "comes to popen(" in shown.says
    assert "with `ER1-DIAG:` from byte 0 of recvfrom 1" in shown.says


def test_every_byte_is_accounted_for(evaluation):
    covered = evaluation.coverage
    assert covered.parsed + covered.padding + covered.encrypted + covered.unknown == (
        EXAMPLE.stat().st_size
    )
    assert covered.permille > 990
    assert evaluation.problems == ()


def test_fails_for_stated_reasons(evaluation):
    assert evaluation.verdict == "fail"
    known = {finding.id for finding in evaluation.findings}
    failed = [verdict for verdict in evaluation.verdicts if verdict.verdict == "fail"]
    assert failed
    assert all(verdict.against and set(verdict.against) <= known for verdict in failed)
