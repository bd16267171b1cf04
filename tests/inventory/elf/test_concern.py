"""Which files are worth reading instruction by instruction, by what they import and offer."""

import pytest

from assay.inventory.elf.concern import concern
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts


def facts(role="library", **values):
    return ElfFacts(
        bits=32, order="little", machine="ARM", abi="", osabi=0, flags=0, type="shared",
        role=role, entry=0, headers=Span(0, 0, ""), dynamic=True,
        **{name: tuple(value) if isinstance(value, list) else value
           for name, value in values.items()},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("imports", "why"),
    [
        (["recv", "system"], "exposed"),
        (["connect", "execl"], "connecting"),
        (["getspnam", "strcmp"], "deciding"),
        (["recv", "printf"], "receiving"),
        (["printf"], ""),
    ],
)
def test_programs(imports, why):
    assert concern(facts(role="program", imports=imports), b"") == why


@pytest.mark.parametrize(
    ("exports", "imports", "why"),
    [
        (["check_password"], ["strcmp"], "deciding"),
        (["_nss_device_getpwnam_r"], ["fopen"], "deciding"),
        (["frob"], ["system"], "unexpected"),
        (["png_read", "png_free"], ["chmod"], "unexpected"),
        (["wave_open", "wave_close"], ["connect"], "unexpected"),
        (["png_read", "png_free"], ["fopen"], ""),
        (["capng_apply", "capng_fill"], ["setresuid"], ""),
        (["frob"], ["chmod"], ""),
    ],
)
def test_libraries(exports, imports, why):
    assert concern(facts(exports=exports, imports=imports), b"") == why


def test_a_library_is_of_a_kind_by_its_own_name():
    named = facts(soname=Span(0, 11, "libexpat.so"), exports=["frob"], imports=["connect"])
    assert concern(named, b"") == "unexpected"
