"""Names of C++ types tell a library in a static program, not in one that loads it."""

from pathlib import Path

import pytest
from building import image_of

from assay.identify.catalogue import catalogue
from assay.identify.components import identify
from assay.identify.matchers import type_names
from assay.identify.matchers.type_names import METHOD, match
from assay.inventory.fingerprints.index import current
from assay.inventory.patterns import expressions, patterns

TYPES = (b"N4FLAC7Decoder6StreamE", b"N4FLAC8Metadata5ChainE", b"N4FLAC8Metadata7PictureE")
SAMPLE = Path(__file__).parents[2] / "inventory" / "fixtures" / "elf" / "hard.arm"


def seen(*names, before=b"\x7fELF"):
    image = image_of({"/usr/sbin/player": before + b"\0" + b"\0".join(names) + b"\0"})
    return [(one.key, one.span.text) for one in match(image)]


def test_three_classes_of_a_library_are_a_part_of_it():
    assert seen(*TYPES) == [("flac", one.decode()) for one in TYPES]
    (component,) = identify(image_of({"/bin/x": b"\x7fELF\0" + b"\0".join(TYPES) + b"\0"}))
    assert (component.name, component.version, component.kind) == ("FLAC", "", "fragment")
    assert component.method == METHOD


def test_the_span_is_the_name():
    content = b"\x7fELF\0" + b"\0".join(TYPES) + b"\0"
    for one in match(image_of({"/bin/x": content})):
        assert content[one.span.offset : one.span.offset + one.span.length] in TYPES


@pytest.mark.parametrize(
    "names",
    [
        TYPES[:2],
        (TYPES[0],) * 4,
        tuple(b"_ZT" + one for one in TYPES),
        tuple(b"_Z" + one[:-1] + b"C1Ev" for one in TYPES),
        tuple(one.replace(b"4FLAC", b"5FLACX") for one in TYPES),
    ],
    ids=["two", "one again", "symbols", "constructors", "another namespace"],
)
def test_less_is_no_library(names):
    assert seen(*names) == []


def test_who_loads_the_library_has_the_classes_from_it(monkeypatch):
    program = SAMPLE.read_bytes()
    assert len(seen(*TYPES, before=program)) == 3
    known = type_names._Classes("flac", ("libc.so",))
    monkeypatch.setattr(type_names, "_known", lambda: {"types.flac": known})
    assert seen(*TYPES, before=program) == []


@pytest.mark.parametrize("one", [one for one in patterns() if "classes_of" in one], ids=str)
def test_every_expression_finds_a_type_of_a_component_that_is_known(one):
    key = one["classes_of"]
    assert key in catalogue() or key in current().by_key
    beginning = expressions()[one["id"]].split(b"[")[0][4:].decode()
    names = [f"{beginning}{len(name)}{name}E".encode() for name in ("Alpha", "Beta", "Gamma")]
    assert {found for found, _ in seen(*names)} == {key}
