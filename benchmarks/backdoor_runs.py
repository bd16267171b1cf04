"""Runs Assay's checks for undocumented access on one program, as `assay evaluate` would.

Part of `backdoors.py`. The program is the only file of a small image; all kinds examine it and
the checks below `backdoors.` read the inventory. What they find is compared with the truth.
"""

import hashlib
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import comb
from types import FrameType

import msgspec

from assay.checks.runner import checks, run_checks
from assay.code import index
from assay.code.access.own import own_functions
from assay.inventory.examiner import examiner
from assay.inventory.image import Inventory
from assay.model.result import SEVERITIES, Coverage, Finding
from assay.model.tree import Node, Origin

TOPIC = "backdoors."
LIST = "backdoors.places-to-read"
TOP = 5
HIGH = frozenset({"critical", "high"})
NOTED = frozenset({"critical", "high", "medium"})
CONFIDENCES = ("certain", "firm", "tentative")
PATIENCE = 300
EVIDENCE_READ = 6
NEXT_PLACE = re.compile(r"; (?=the function at 0x[0-9a-f]+[ ,])")
ADDRESS = re.compile(r"\b0x([0-9a-fA-F]{4,16})\b")


class TooSlow(BaseException):
    """A program took longer than PATIENCE seconds; not an Exception, so that no check eats it."""


@dataclass(frozen=True)
class Result:
    """What the checks say of one program, and the processor seconds that they took."""

    findings: tuple[Finding, ...]
    seconds: float
    trouble: tuple[str, ...] = ()

    @property
    def top(self) -> tuple[Finding, ...]:
        """The places that a reader sees first, each a finding with the evidence of one place.

        A finding that names several functions counts once for each.
        """
        return tuple(place for one in self.findings for place in _places(one))[:TOP]

    @property
    def high(self) -> tuple[Finding, ...]:
        """The findings of severity high or critical."""
        return tuple(one for one in self.findings if one.severity in HIGH)


def run(content: bytes, place: str) -> Result:
    """Return what the checks say of the program *content* at the path *place*."""
    started = time.process_time()
    trouble: list[str] = []
    findings: list[Finding] = []
    try:
        with _patience():
            image, failures = _image(content, place)
            modules = [one for one in checks() if one.CHECK.id.startswith(TOPIC)]
            results, problems = run_checks(image, modules)
            findings = [finding for result in results for finding in result.findings]
            trouble = [*failures, *(problem.says for problem in problems)]
    except TooSlow:
        trouble.append(f"stopped after {PATIENCE} s")
    seconds = time.process_time() - started
    findings.sort(key=lambda one: (*_rank(one), one.check, one.id))
    return Result(tuple(findings), seconds, tuple(trouble))


def _places(finding: Finding) -> Iterator[Finding]:
    if finding.check != LIST:
        yield finding
        return
    said = NEXT_PLACE.split(finding.says)
    for evidence, says in zip(finding.evidence, said, strict=True):
        yield msgspec.structs.replace(finding, evidence=(evidence,), says=says)


def _rank(finding: Finding) -> tuple[int, int]:
    return SEVERITIES.index(finding.severity), CONFIDENCES.index(finding.confidence)


@contextmanager
def _patience() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _image(content: bytes, place: str) -> tuple[Inventory, list[str]]:
    """Return an image that holds *content* at *place* and nothing else, and what failed."""
    digest = hashlib.sha256(content).hexdigest()
    chosen = examiner()
    examined = chosen.examine(content, chosen.by_path(f"/{place}"))
    node = Node(
        path=place,
        kind="file",
        origin=Origin(container=digest, format="directory", offset=0, length=len(content)),
        blob=digest,
        size=len(content),
        mode=0o755,
        uid=0,
        gid=0,
    )
    covered = Coverage(
        size=len(content), parsed=len(content), padding=0, encrypted=0, unknown=0, files=1
    )
    kinds = [module.KIND for module in chosen.modules]
    failures = [f"{name}: {says}" for name, says in sorted(examined.failures.items())]
    return Inventory([node], {digest: examined.facts}, kinds, covered), failures


def by_chance(content: bytes, addresses: tuple[tuple[int, int], ...]) -> tuple[int, float]:
    """Return how many functions of its own a program has, and the luck of a blind reader.

    That is the chance that TOP of these functions, drawn blindly, hold one of *addresses*.
    """
    found = index(content)
    own = own_functions(found)
    bounds = found.functions
    if bounds is None or not own:
        return 0, 0.0
    spans = [(int(bounds.starts[one]), int(bounds.ends[one])) for one in own]
    hits = sum(any(a < last and first < b for a, b in addresses) for first, last in spans)
    return len(own), 1 - comb(len(own) - hits, TOP) / comb(len(own), min(TOP, len(own)))


def points_at(
    finding: Finding,
    ranges: tuple[tuple[int, int], ...],
    addresses: tuple[tuple[int, int], ...],
) -> bool:
    """Return whether *finding* names the access path.

    It does when the first or last byte of one of its evidences lies in one of the file *ranges*,
    or its statement gives an address that lies in one of *addresses*.
    """
    for evidence in finding.evidence[:EVIDENCE_READ]:
        if evidence.kind in {"absence", "attribute"}:
            continue
        ends = (evidence.offset, evidence.offset + max(evidence.length, 1) - 1)
        if any(first <= end < last for first, last in ranges for end in ends):
            return True
    named = [int(text, 16) for text in ADDRESS.findall(finding.says)]
    return any(first <= place < last for first, last in addresses for place in named)
