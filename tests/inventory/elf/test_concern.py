"""Which files are worth reading instruction by instruction, by what they import and offer."""

import pytest

from assay.inventory.elf.concern import DECIDING_NAME, DECIDING_PARTS, concern
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


@pytest.mark.parametrize(
    ("imports", "content", "why"),
    [
        (["strcmp", "recv"], b"no passwd", "deciding"),
        (["strcmp", "recv"], b"Credentials", "deciding"),
        (["strcmp", "recv"], b"PASSWD", "receiving"),
        (["strcmp", "fread"], b"bad firmware", "deciding"),
        (["strcmp", "fread"], b"/dev/ttyS0", "deciding"),
        (["strcmp", "fread"], b"/dev/ttys0", ""),
        (["printf"], b"=QUERY_STRING", "deciding"),
        (["printf"], b"QUERY", ""),
    ],
)
def test_programs_by_their_texts(imports, content, why):
    assert concern(facts(role="program", imports=imports), content) == why


@pytest.mark.parametrize(
    "name",
    [
        "pam_sm_open", "do_authenticate", "check_user", "checkpw", "verify_sign", "verifylogin",
        "valid_my_user", "UserCheck", "passwd_verify", "login_valid", "password_check", "do_login",
        "_nss_x_getpwnam",
    ],
)  # fmt: skip
def test_names_that_decide_hold_one_of_the_parts(name):
    assert DECIDING_NAME.search(name)
    assert any(part in name.lower().encode() for part in DECIDING_PARTS)
