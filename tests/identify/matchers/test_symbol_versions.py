"""Versions of symbols tell the component, whatever its file is called; a few tell its release."""

import struct

import pytest
from building import image_of
from hypothesis import given, strategies as st

from assay.identify.catalogue import catalogue
from assay.identify.components import identify
from assay.identify.matchers.symbol_versions import _rows
from assay.inventory.kinds.symbol_versions import examine

BASE = 0x1000


def library(*versions: str, count: int | None = None) -> bytes:
    """Return a shared library (32 bits, big-endian) that defines *versions*."""
    names = b"\0libown.so.1\0" + b"".join(one.encode() + b"\0" for one in versions)
    places = [1, *(names.index(b"\0" + one.encode() + b"\0") + 1 for one in versions)]
    table = b"".join(
        struct.pack(">HHHHIII", 1, number == 0, number + 1, 1, 0, 20, 28)
        + struct.pack(">II", at, 0)
        for number, at in enumerate(places)
    )
    start = 52 + 64
    strings, dynamic_at = start + len(table), start + len(table) + len(names)
    entries = [
        (5, BASE + strings), (10, len(names)), (14, 1), (0x6FFFFFFC, BASE + start),
        (0x6FFFFFFD, len(places) if count is None else count), (0, 0),
    ]  # fmt: skip
    dynamic = b"".join(struct.pack(">II", *one) for one in entries)
    size = dynamic_at + len(dynamic)
    head = struct.pack(
        ">16sHHIIIIIHHHHHH", b"\x7fELF\1\2\1", 3, 8, 1, 0, 52, 0, 0, 52, 32, 2, 40, 0, 0
    )
    load = struct.pack(">IIIIIIII", 1, 0, BASE, BASE, size, size, 5, 4096)
    where = BASE + dynamic_at
    segment = struct.pack(
        ">IIIIIIII", 2, dynamic_at, where, where, len(dynamic), len(dynamic), 4, 4
    )
    return head + load + segment + table + names + dynamic


def seen(*versions: str) -> dict[str, tuple[str, str]]:
    image = image_of({"/lib/renamed.so": library(*versions)})
    return {one.name: (one.version, one.occurrences[0].excerpt) for one in identify(image)}


def test_the_component_behind_another_file_name() -> None:
    assert seen("OPENSSL_1_1_0", "OPENSSL_1_1_1") == {"OpenSSL": ("", "OPENSSL_1_1_1")}
    assert seen("GLIBC_2.4", "GLIBC_2.27", "GLIBC_2.9", "GLIBC_PRIVATE") == {
        "GNU C Library": ("", "GLIBC_PRIVATE")
    }


def test_releases_where_the_project_puts_them_there() -> None:
    assert seen("LIBDBUS_PRIVATE_1.14.10") == {"D-Bus": ("1.14.10", "LIBDBUS_PRIVATE_1.14.10")}
    assert seen("SAMBA_4.17.12_DEBIAN")["Samba"][0] == "4.17.12"
    assert seen("SAMBA_PASSDB_0.28.0") == {"Samba": ("", "SAMBA_PASSDB_0.28.0")}


def test_versions_of_others_say_nothing() -> None:
    assert seen("OWN_1.0", "LIBXML2_1.0.11", "MY_OPENSSL_1") == {}
    assert seen("GLIBC_2.0") == {}  # the compiler's own library defines it on some machines


def test_the_table_is_sound() -> None:
    assert {row.component for row in _rows()} <= set(catalogue())
    assert len({row.beginning for row in _rows()}) == len(_rows())


@pytest.mark.parametrize("count", [0, 1 << 31])
def test_counts_are_bounded(count: int) -> None:
    facts = examine(library("OPENSSL_3.0.0", count=count))
    assert (facts is None) == (count == 0)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_damaged_libraries(place: int, damage: bytes) -> None:
    content = bytearray(library("OPENSSL_3.0.0", "OPENSSL_3.0.9"))
    content[place : place + len(damage)] = damage
    facts = examine(bytes(content))
    assert facts is None or facts.defined
