"""Unsafe calls on received bytes are findings; only what was to be read and was not is a gap."""

from pathlib import Path
from types import SimpleNamespace

from building import findings_of, image_of

from assay.checks.check import Scope
from assay.checks.code import unsafe_calls
from assay.inventory.kinds.machine_code import MOST, CodeFacts

FOLDER = Path(__file__).resolve().parents[2] / "code" / "fixtures"
EXPOSED = (FOLDER / "mips-hidden.elf").read_bytes()


def scope_of(content: bytes) -> Scope:
    scope = Scope()
    list(unsafe_calls.run(image_of({"/usr/sbin/daemon": content}), scope))
    return scope


def test_received_bytes_that_reach_unbounded_functions_are_a_finding():
    (finding,) = findings_of(unsafe_calls, image_of({"/usr/sbin/hidden": EXPOSED}))
    assert finding.severity == "medium"
    assert "hands bytes from outside to sprintf, strcpy, system in 3 places" in finding.says
    assert [one.excerpt[:2] for one in finding.evidence] == ["0x"] * 3
    assert scope_of(EXPOSED) == Scope(examined=1)


def test_programs_that_may_do_so_through_a_library_are_a_gap():
    node = SimpleNamespace(inner="/bin/other")
    concerns = ("receiving", "static", "loading", "")
    facts = [(node, CodeFacts(size=64, concern=one)) for one in concerns]
    scope = Scope()
    assert list(unsafe_calls.run(SimpleNamespace(of=lambda _: facts), scope)) == []
    (gap,) = scope.gaps
    assert gap.startswith("2 programs not looked at, of which imports do not show both")
    assert scope.examined == 0


def test_an_exposed_program_that_is_too_large_is_a_gap():
    scope = scope_of(EXPOSED + bytes(MOST))
    assert scope.examined == 1
    assert scope.gaps == ["/usr/sbin/daemon is too large to be read whole"]
