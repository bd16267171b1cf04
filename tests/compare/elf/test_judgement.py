"""Programs: what moved is proven, what was changed is found, wherever it hides.

The programs were built by `programs/make.sh`. The changes are those of
`benchmarks/compare_mutators.py`.
"""

import importlib.util
import random
import sys
from pathlib import Path

import pytest

from assay.compare.elf.judgement import compare_programs

HERE = Path(__file__).resolve().parent / "programs"
TARGETS = (
    "x86_64-linux-gnu",
    "aarch64-linux-gnu",
    "arm-linux-gnueabihf",
    "mipsel-linux-gnu",
    "mipsel-clang",
)
BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


def load_mutators():
    spec = importlib.util.spec_from_file_location(
        "compare_mutators", BENCHMARKS / "compare_mutators.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["compare_mutators"] = module
    spec.loader.exec_module(module)
    return module


MUTATORS = load_mutators()
ALL = {**MUTATORS.SEMANTIC, **MUTATORS.HIDDEN}


def program(kind, target):
    return (HERE / f"{kind}-{target}").read_bytes()


def causes(outcome):
    return {one.cause for one in outcome.sums if one.account == "explained"}


@pytest.mark.parametrize("target", TARGETS)
def test_another_folder_is_explained_to_the_last_byte(target):
    a, b = program("base", target), program("moved", target)
    outcome = compare_programs("server", a, b)
    assert outcome.level == "E3"
    assert {"N1", "N5", "N12"} <= causes(outcome)
    assert {one.account for one in outcome.sums} == {"equal", "explained"}
    assert sum(one.bytes_a for one in outcome.sums) == len(a)
    assert sum(one.bytes_b for one in outcome.sums) == len(b)


@pytest.mark.parametrize("half", [0, 1])
def test_a_pointer_to_the_table_of_addresses_that_misses_it_is_found(half):
    a, b = program("base", "mipsel-clang"), bytearray(program("moved", "mipsel-clang"))
    # `lui v0; addiu v0, v0; …; addu s?, v0, $t9` at the beginning of functions.
    places = [
        at
        for at in range(0, len(b) - 8, 4)
        if b[at + 2 : at + 4] == b"\x02\x3c" and b[at + 6 : at + 8] == b"\x42\x24"
    ]
    assert places
    for at in places:
        changed = bytearray(b)
        changed[at + 4 * half] ^= 4
        outcome = compare_programs("server", a, bytes(changed))
        assert outcome.level == "D"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", sorted(ALL))
def test_no_change_is_called_equivalent(name, target):
    made = MUTATORS.Target(program("base", target))
    found = 0
    for seed in range(2):
        mutation = ALL[name](made, random.Random(f"{name}{seed}"))
        if mutation is None:
            continue
        found += 1
        outcome = compare_programs("server", mutation.a, mutation.b)
        assert outcome.level in {"D", "I", "E3"}, outcome.reason
        assert outcome.level != "E3" or name in {"edit_data", "edit_string"}
    if not found:
        pytest.skip(f"{name} does not apply to this program")


@pytest.mark.parametrize("target", TARGETS)
def test_a_change_in_a_moved_program_is_found(target):
    made = MUTATORS.Target(program("moved", target))
    for seed in range(6):
        mutation = MUTATORS.change_constant(made, random.Random(seed))
        if mutation is not None:
            outcome = compare_programs("server", program("base", target), mutation.b)
            assert outcome.level == "D"
            assert any(change.kind == "function" for change in outcome.changes)


def test_a_time_is_for_a_person_whatever_uses_it():
    a = program("base", "x86_64-linux-gnu")
    b = a.replace(b"Jan  1 2020 10:11:12", b"Mar 12 2024 23:59:01")
    outcome = compare_programs("server", a, b)
    assert outcome.level == "E3"
    assert "N4" in causes(outcome)
    assert "used by" in outcome.changes[0].says


def test_another_string_is_a_difference():
    a = program("base", "aarch64-linux-gnu")
    outcome = compare_programs("server", a, a.replace(b"letmein", b"backd00"))
    assert outcome.level == "D"
    assert "letmein" in outcome.changes[0].says


def test_other_processors_cannot_be_compared():
    outcome = compare_programs("x", program("base", TARGETS[0]), program("base", TARGETS[1]))
    assert outcome.level == "I"
    assert "different processors" in outcome.reason


@pytest.mark.parametrize("cut", [0, 3, 20, 70, 600, 3000])
def test_a_damaged_program_is_inconclusive(cut):
    a = program("base", "mipsel-linux-gnu")
    assert compare_programs("x", a, a[:cut]).level == "I"


def test_damage_never_raises():
    a = program("base", "x86_64-linux-gnu")
    for seed in range(60):
        rng = random.Random(seed)
        b = bytearray(a)
        for _ in range(rng.randrange(1, 6)):
            b[rng.randrange(len(b))] = rng.randrange(256)
        outcome = compare_programs("x", a, bytes(b))
        assert sum(one.bytes_b for one in outcome.sums) == len(b)


@pytest.mark.parametrize("kind", [1, 2, 4])
def test_a_program_that_claims_to_be_of_another_kind_never_raises(kind):
    a = (Path(__file__).parents[2] / "code/changes/fixtures/thumb-open.elf").read_bytes()
    b = bytearray(a)
    b[16] = kind
    b[0x618:0x61C] = bytes([255] * 4)  # the end of the import stubs
    for one, other in ((a, bytes(b)), (bytes(b), a)):
        assert compare_programs("x", one, other).level in {"I", "D"}


def test_the_answer_is_always_the_same():
    a, b = (program(kind, "arm-linux-gnueabihf") for kind in ("base", "moved"))
    assert compare_programs("x", a, b) == compare_programs("x", a, b)


def test_programs_in_an_encoding_that_is_not_decoded_are_inconclusive():
    content = (Path(__file__).parents[2] / "code/fixtures/micromips.elf").read_bytes()
    changed = bytearray(content)
    changed[0x230] ^= 1
    assert compare_programs("x", content, bytes(changed)).level == "I"


def test_programs_at_the_top_of_the_address_space_are_inconclusive_unless_alike():
    content = (Path(__file__).parents[2] / "code/fixtures/x86-64-high.elf").read_bytes()
    changed = bytearray(content)
    place = content.index(b"\0", 0x1000)
    changed[place] ^= 1
    assert compare_programs("vmlinux", content, content).level != "I"
    outcome = compare_programs("vmlinux", content, bytes(changed))
    assert outcome.level == "I"
    assert "top of the address space" in outcome.reason


def without_sections(content):
    """Return an ELF file whose header names no section table."""
    wide, order = content[4] == 2, "little" if content[5] == 1 else "big"
    changed = bytearray(content)
    at, size, count, names = (40, 8, 60, 62) if wide else (32, 4, 48, 50)
    changed[at : at + size] = bytes(size)
    for place in (count, names):
        changed[place : place + 2] = (0).to_bytes(2, order)
    return bytes(changed)


@pytest.mark.parametrize("target", TARGETS)
def test_functions_of_programs_without_sections_are_named(target):
    made = MUTATORS.Target(program("base", target))
    mutation = next(
        found
        for seed in range(20)
        if (found := MUTATORS.change_constant(made, random.Random(seed))) is not None
    )
    outcome = compare_programs("server", *map(without_sections, (mutation.a, mutation.b)))
    assert outcome.level == "D"
    (change,) = [one for one in outcome.changes if one.kind == "function"]
    assert int(change.where_a, 16) <= mutation.address
    assert len(change.lines) == 2


@pytest.mark.parametrize("target", TARGETS)
def test_without_sections_nothing_is_equivalent(target):
    a, b = (without_sections(program(kind, target)) for kind in ("base", "moved"))
    outcome = compare_programs("server", a, b)
    assert outcome.level == "D"
    assert sum(one.bytes_a for one in outcome.sums) == len(a)


@pytest.mark.parametrize("target", ["mipsel-linux-gnu", "mipsel-clang"])
def test_a_call_that_depends_on_a_register_is_no_call(target):
    a, b = program("base", target), program("moved", target)
    # `bal f`, but for the one that only asks where it is; with a register it is `bgezal`.
    calls = [at for at in range(0, len(b) - 3, 4) if b[at + 2 : at + 4] == b"\x11\x04"]
    calls = [at for at in calls if b[at : at + 2] != b"\x01\x00"]
    assert calls
    for at in calls:
        changed = bytearray(b)
        changed[at + 2] |= 0x40
        assert compare_programs("server", a, bytes(changed)).level == "D"


@pytest.mark.parametrize("target", TARGETS)
def test_without_sections_stubs_of_imports_may_move(target):
    a, b = (without_sections(program(kind, target)) for kind in ("base", "moved"))
    outcome = compare_programs("server", a, b)
    assert [one.name for one in outcome.changes if one.kind == "function"] == []
    # Neither stubs nor what lies before the first function count as functions.
    same, total = (int(word) for word in outcome.reason.split()[0:3:2])
    assert same == total > 0
