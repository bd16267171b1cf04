"""One list of members gives one archive, and every other byte sequence is refused."""

import io
import zipfile

import pytest
from hypothesis import given, settings, strategies as st

from assay.seal.archive import MOST_MEMBERS, BrokenPart, pack, unpack

MEMBERS = {"b.json": b"{}", "a.html": b"<p>", "empty": b""}


def packed(members: dict[str, bytes]) -> bytes:
    return b"".join(pack(members))


def test_an_archive_gives_back_its_members_in_order() -> None:
    assert list(unpack(packed(MEMBERS)).items()) == sorted(MEMBERS.items())


def test_the_order_of_the_members_does_not_matter() -> None:
    assert packed(MEMBERS) == packed(dict(reversed(MEMBERS.items())))


def test_an_ordinary_zip_reader_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(MEMBERS))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(MEMBERS)
        assert {name: archive.read(name) for name in archive.namelist()} == MEMBERS
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644}


def test_every_changed_byte_is_refused() -> None:
    whole = packed(MEMBERS)
    for at in range(len(whole)):
        for flip in (0x01, 0x80, 0xFF):
            damaged = bytearray(whole)
            damaged[at] ^= flip
            with pytest.raises(BrokenPart):
                unpack(bytes(damaged))


def test_every_other_length_is_refused() -> None:
    whole = packed(MEMBERS)
    for size in range(len(whole)):
        with pytest.raises(BrokenPart):
            unpack(whole[:size])
    for tail in (b"\0", b"PK\x05\x06", whole):
        with pytest.raises(BrokenPart):
            unpack(whole + tail)


def test_an_archive_of_another_writer_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted(MEMBERS.items()):
            archive.writestr(name, data)
    with pytest.raises(BrokenPart):
        unpack(buffer.getvalue())


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b", "ä", "x" * 101, "a\0b"])
def test_a_name_that_could_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        packed({name: b""})


def test_the_same_name_twice_is_refused() -> None:
    one = packed({"a": b"1"})
    local = one[: one.index(b"PK\x01\x02")]
    with pytest.raises(BrokenPart, match="out of place"):
        unpack(local + one)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        packed({f"m{number}": b"" for number in range(MOST_MEMBERS + 1)})


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BrokenPart):
        unpack(b"PK\x03\x04" + data)


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
        st.binary(max_size=60),
        min_size=1,
        max_size=6,
    )
)
def test_any_members_survive(members: dict[str, bytes]) -> None:
    assert unpack(packed(members)) == members
