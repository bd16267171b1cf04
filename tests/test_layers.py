"""The layering of the source tree: who may import whom."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "assay"
BELOW = {
    "_native": set(),
    "_kernel": {"_native"},
    "model": {"_kernel"},
    "unpack": {"model"},
    "code": {"model", "_native"},
    "inventory": {"model", "code"},
    "identify": {"inventory"},
    "vulns": {"identify"},
    "checks": {"inventory", "identify", "vulns", "code"},
    "gather": {"unpack", "inventory"},
    "judge": {"checks"},
    "seal": {"judge", "unpack"},
    "report": {"seal", "checks"},
    "supply": {"report"},
    "claims": {"report", "supply"},
    "compare": {"report", "pipeline"},
    "rebuild": {"compare"},
    "cli": {
        "report",
        "gather",
        "supply",
        "claims",
        "compare",
        "rebuild",
        "pipeline",
        "identify",
        "recheck",
    },
    "pipeline": {"gather", "identify", "vulns", "checks", "judge"},
    "recheck": {"vulns", "checks", "judge"},
}
FREE = {"errors", "__init__", "__main__"}


def reachable(room):
    found, pending = set(), [room]
    while pending:
        for below in BELOW[pending.pop()]:
            if below not in found:
                found.add(below)
                pending.append(below)
    return found


def modules():
    return sorted(SOURCE.rglob("*.py"))


def room_of(path):
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imported_rooms(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("assay"):
            names = [node.module] if "." in node.module else [
                f"assay.{alias.name}" for alias in node.names
            ]  # fmt: skip
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("assay.")]
        else:
            continue
        for name in names:
            yield name.split(".")[1]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_down_only(path):
    room = room_of(path)
    if room in FREE:
        return
    allowed = reachable(room) | {room} | FREE
    wrong = {found for found in imported_rooms(path) if found in BELOW and found not in allowed}
    assert not wrong, f"{room} must not import {sorted(wrong)}"


def test_checks_never_unpack():
    assert "unpack" not in reachable("checks")


def test_every_room_is_known():
    rooms = {room_of(path) for path in modules()} - FREE
    assert rooms <= set(BELOW)
