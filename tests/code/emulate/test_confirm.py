"""A trigger is found, run and told apart from its neighbours on every instruction set."""

from functools import cache
from pathlib import Path

import pytest

from assay.code import CodeIndex, accesses, index
from assay.code.emulate.confirm import confirmed

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"
TARGETS = ("mips", "mipsel", "arm", "thumb", "aarch64", "ppc", "x86", "x86-64", "riscv64")


@cache
def load(name: str) -> CodeIndex:
    return index((FOLDER / f"{name}.elf").read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_the_hidden_command_is_confirmed(target):
    found = load(f"{target}-hidden")
    (way,) = confirmed(found, accesses(found))
    shown = way.confirmed
    assert shown is not None
    assert shown.trigger == "`open-sesame-91:` from byte 0 of recvfrom 1"
    assert shown.effect == 'system("AAAAAAAAA")'
    assert shown.entry == way.function
    assert [one.name for one in shown.inputs] == ["recvfrom 1"]
    assert bytes.fromhex(shown.inputs[0].hex).startswith(b"open-sesame-91:")
    assert shown.trace[-1] == f'{way.sink:#x}: system("AAAAAAAAA")'
    assert len(shown.neighbours) == 3
    assert shown.neighbours[0] == "recvfrom 1, byte 0: 0x6f changed to 0x6e"


@pytest.mark.parametrize("target", TARGETS)
def test_confirmation_is_the_same_every_time(target):
    found = load(f"{target}-hidden")
    assert confirmed(found, accesses(found)) == confirmed(found, accesses(found))


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_else_about_a_finding_changes(target):
    found = load(f"{target}-hidden")
    (plain,), (shown,) = accesses(found), confirmed(found, accesses(found))
    assert (plain.confidence, plain.rank, plain.sink) == (shown.confidence, shown.rank, shown.sink)
