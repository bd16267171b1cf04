"""Text: scripts, configuration, web pages. The differing lines, and what kind of change it is."""

import re
from collections.abc import Iterator
from itertools import accumulate

from assay._kernel.printable import printable
from assay.compare.alignment import align, opcodes
from assay.compare.counts import went_and_came
from assay.compare.ledger import Ledger
from assay.compare.outcome import Outcome, settled
from assay.compare.records import Change

KIND = "text"
PRIORITY = 80
LONGEST = 200
MOST_LINES = 40
_ENDINGS = {
    "js": "web page", "html": "web page", "htm": "web page", "asp": "web page", "php": "web page",
    "css": "web page", "lua": "script", "sh": "script", "py": "script", "pl": "script",
    "conf": "configuration", "cfg": "configuration", "ini": "configuration", "xml": "configuration",
    "json": "configuration",
}  # fmt: skip
_TEXT = bytes(byte for byte in range(256) if byte >= 0x20 or byte in b"\t\n\r\f\x1b\v\b")


def claims(path: str, a: bytes, b: bytes) -> bool:
    """Say whether both are text."""
    del path
    return _is_text(a) and _is_text(b)


def _is_text(content: bytes) -> bool:
    head = content[:65536]
    return not head.translate(None, _TEXT)


def word_for(path: str, content: bytes) -> str:
    """Return what a text at *path* is called: script, configuration, web page or text."""
    if content.startswith(b"#!"):
        return "script"
    name = path.rpartition("/")[2]
    if "/etc/init.d/" in path or "/rc.d/" in path:
        return "script"
    return _ENDINGS.get(
        name.rpartition(".")[2].lower(), "configuration" if "/etc/" in path else "text"
    )


def compare(path: str, a: bytes, b: bytes) -> Outcome:
    """Return the differing lines of two texts."""
    kind = word_for(path, b)
    first, second = a.splitlines(keepends=True), b.splitlines(keepends=True)
    pairs = align(first, second)
    ledger = _ledger(a, b, first, second, pairs)
    spans = opcodes(pairs, len(first), len(second))
    gone = sum(last - start for start, last, _, _ in spans)
    come = sum(high - low for _, _, low, high in spans)
    says = went_and_came(gone, come, "line", "lines")
    if b"".join(first).split() == b"".join(second).split():
        says += "; only white space differs"
    change = Change(
        kind="text",
        name=path.rpartition("/")[2],
        says=f"{says}.",
        lines=_diff(first, second, spans),
    )
    return settled(kind, ledger, f"the {kind} differs: {says}", (change,), "D")


def _ledger(
    a: bytes, b: bytes, first: list[bytes], second: list[bytes], pairs: list[tuple[int, int]]
) -> Ledger:
    ledger = Ledger(len(a), len(b))
    starts_a, starts_b = _starts(first), _starts(second)
    for i, j, count in _runs(pairs):
        ledger.equal(starts_a[i], starts_b[j], starts_a[i + count] - starts_a[i])
    ledger.differ(0, 0, len(a))
    ledger.differ(1, 0, len(b))
    return ledger


def _starts(lines: list[bytes]) -> list[int]:
    return [0, *accumulate(map(len, lines))]


def _runs(pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield where neighbours of *pairs* begin that follow each other on both sides: i, j, count."""
    begin = 0
    for at in range(1, len(pairs) + 1):
        i, j = pairs[at - 1]
        if at == len(pairs) or pairs[at] != (i + 1, j + 1):
            yield (*pairs[begin], at - begin)
            begin = at


def _diff(
    first: list[bytes], second: list[bytes], spans: list[tuple[int, int, int, int]]
) -> tuple[str, ...]:
    """Return the differing lines, at most MOST_LINES of them."""
    out: list[str] = []
    total = 0
    for start, last, low, high in spans:
        total += last - start + high - low
        if len(out) < MOST_LINES:
            out += [f"-{_shown(line)}" for line in first[start : min(last, start + MOST_LINES)]]
            out += [f"+{_shown(line)}" for line in second[low : min(high, low + MOST_LINES)]]
    out = out[:MOST_LINES]
    if total > len(out):
        out.append(f" … {total - len(out)} more differing lines")
    return tuple(out)


def _shown(line: bytes) -> str:
    text = re.sub(rb"[\r\n]+$", b"", line)
    return printable(text[:LONGEST].expandtabs(4)) + ("…" if len(text) > LONGEST else "")
