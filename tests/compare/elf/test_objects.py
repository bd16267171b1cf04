"""Object files and kernel modules: every relocation is followed, and no change slips through.

The files were built by `programs/make.sh` from `programs/module.c`.
"""

import random
import struct

import pytest
from tests.compare.elf.modules import TARGETS, module

from assay.code.elf import SHF_ALLOC, read_elf
from assay.compare.elf.fixups import fixups, sections_of
from assay.compare.elf.half import read_half
from assay.compare.elf.judgement import compare_programs
from assay.compare.elf.placement import names_in

BENIGN = {"E0", "E1", "E2"}
X86_64, MIPSEL = TARGETS[0], TARGETS[3]


def compare(a, b):
    outcome = compare_programs("module.ko", a, b)
    for side, content in (("a", a), ("b", b)):
        assert sum(getattr(one, f"bytes_{side}") for one in outcome.sums) == len(content)
    return outcome


def causes(outcome):
    return {one.cause for one in outcome.sums if one.account == "explained"}


@pytest.mark.parametrize("target", TARGETS)
def test_another_time_and_folder_are_explained_to_the_last_byte(target):
    outcome = compare(module("base", target), module("moved", target))
    assert outcome.level == "E3", outcome.reason
    assert {"N4", "N5"} <= causes(outcome)
    assert {one.account for one in outcome.sums} == {"equal", "explained"}


@pytest.mark.parametrize("target", TARGETS)
def test_one_changed_constant_names_its_function(target):
    outcome = compare(module("base", target), module("changed", target))
    assert outcome.level == "D"
    assert [(one.kind, one.name) for one in outcome.changes] == [("function", "stop")]
    assert outcome.reason == "stop differs"


@pytest.mark.parametrize("target", TARGETS)
def test_no_flipped_byte_of_what_is_loaded_is_equivalent(target):
    whole = module("base", target)
    elf = read_elf(whole)
    for section in elf.sections:
        if not section.flags & SHF_ALLOC or section.kind == 8:
            continue
        for at in range(section.offset, section.offset + section.size, 3):
            changed = bytearray(whole)
            changed[at] ^= 1 << at % 8
            outcome = compare(whole, bytes(changed))
            assert outcome.level not in BENIGN, (section.name, at - section.offset)


def resolved(content):
    """Return all relocations of what is loaded, with what their symbols stand for."""
    half = read_half(content)
    names, tables = names_in(half), sections_of(half.elf)
    found = []
    for section in half.elf.sections:
        if section.flags & SHF_ALLOC:
            for one in fixups(half.elf, section, tables.get(section.index, [])):
                if one.symbol >= len(names.section):
                    return None
                local = names.local[one.symbol] and names.section[one.symbol]
                name = "" if local else names.name[one.symbol]
                symbol = names.section[one.symbol], names.value[one.symbol], name
                found.append((section.name, one.place, one.kind, symbol, one.addend))
    return found


@pytest.mark.parametrize("target", TARGETS)
def test_no_flipped_byte_of_a_relocation_is_equivalent(target):
    whole = module("base", target)
    elf = read_elf(whole)
    tables = [one for one in elf.sections if one.kind in {4, 9}]
    tables = [one for one in tables if elf.sections[one.info].flags & SHF_ALLOC]
    assert tables
    for section in tables:
        for at in range(section.offset, section.offset + section.size):
            changed = bytearray(whole)
            changed[at] ^= 1
            if resolved(bytes(changed)) != resolved(whole):
                assert compare(whole, bytes(changed)).level not in BENIGN, (section.name, at)


@pytest.mark.parametrize("target", TARGETS)
def test_another_symbol_from_outside_is_a_difference(target):
    whole = module("base", target)
    renamed = whole.replace(b"allocate\0", b"escalate\0")
    assert renamed != whole
    assert compare(whole, renamed).level == "D"


def test_relocations_that_change_places_are_a_difference():
    whole = module("base", X86_64)
    elf = read_elf(whole)
    table = next(one for one in elf.sections if one.name == ".rela.rodata")
    assert table.size >= 48
    one, two = (whole[table.offset + at : table.offset + at + 24] for at in (0, 24))
    body = bytearray(whole)
    # The two names of the table of operations change places; no other byte does.
    body[table.offset + 8 : table.offset + 24], body[table.offset + 32 : table.offset + 48] = (
        two[8:], one[8:],
    )  # fmt: skip
    assert compare(whole, bytes(body)).level == "D"


def signed(content, signature):
    trailer = struct.pack(">4B4xI", 0, 0, 2, 0, len(signature)).rjust(12, b"\0")
    return content + signature + trailer + b"~Module signature appended~\n"


def test_another_signature_is_for_a_person():
    whole = module("base", X86_64)
    rng = random.Random(1)
    outcome = compare(*(signed(whole, rng.randbytes(size)) for size in (400, 402)))
    assert outcome.level == "E3"
    assert "N10" in causes(outcome)


def test_bytes_between_sections_are_not_explained():
    whole = module("base", X86_64)
    assert compare(whole, whole + b"hidden").level == "I"


@pytest.mark.parametrize("target", TARGETS)
def test_damage_never_raises_and_is_never_equivalent(target):
    whole = module("base", target)
    rng = random.Random(target)
    for _ in range(150):
        changed = bytearray(whole)
        for _ in range(4):
            changed[rng.randrange(52, len(whole))] = rng.randrange(256)
        compare_programs("module.ko", whole, bytes(changed[: rng.randrange(100, len(whole) + 1)]))


def with_build_id(content, identifier):
    """Return an object file with a build identifier, the way linkers make one."""
    elf = read_elf(content)
    wide, order = content[4] == 2, elf.order
    head = struct.Struct(order + ("IIQQQQIIQQ" if wide else "10I"))
    count, names = struct.unpack_from(order + "HH", content, 60 if wide else 48)
    (table,) = struct.unpack_from(order + ("Q" if wide else "I"), content, 40 if wide else 32)
    headers = [head.unpack_from(content, table + head.size * number) for number in range(count)]
    old, size = headers[names][4:6]
    texts = content[old : old + size]
    note = struct.pack(order + "III", 4, len(identifier), 3) + b"GNU\0" + identifier
    at = len(content) + -len(content) % 8
    body = content.ljust(at, b"\0") + note
    headers.append((len(texts), 7, SHF_ALLOC, 0, at, len(note), 0, 0, 4, 0))
    texts += b".note.gnu.build-id\0"
    headers[names] = (*headers[names][:4], len(body), len(texts), *headers[names][6:])
    body += texts
    body += bytes(-len(body) % 8)
    changed = bytearray(body + b"".join(head.pack(*one) for one in headers))
    # Nothing stays where the table and the names were.
    changed[table : table + head.size * count] = bytes(head.size * count)
    changed[old : old + size] = bytes(size)
    struct.pack_into(order + ("Q" if wide else "I"), changed, 40 if wide else 32, len(body))
    struct.pack_into(order + "H", changed, 60 if wide else 48, len(headers))
    return bytes(changed)


@pytest.mark.parametrize("target", TARGETS)
def test_another_build_identifier_is_explained_unless_it_is_none(target):
    content = module("base", target)
    first = with_build_id(content, bytes(20))
    outcome = compare(first, with_build_id(content, b"\1" * 20))
    assert outcome.level == "E2", outcome.reason
    assert "N1" in causes(outcome)
    # Half the length that a digest has: no identifier, whatever its name says.
    other = [with_build_id(content, bytes([fill]) * 10) for fill in (0, 1)]
    assert compare(*other).level == "D"
