"""Members of archives, and archives that are damaged."""

import subprocess

import pytest
from hypothesis import given, strategies as st

from assay.identify.training.archives import MAGIC, members_of


def entry(name: bytes, body: bytes) -> bytes:
    head = name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"644".ljust(8)
    return head + str(len(body)).encode().ljust(10) + b"`\n" + body + b"\n" * (len(body) & 1)


def test_short_and_long_names():
    content = MAGIC + entry(b"/", b"index") + entry(b"//", b"a_rather_long_name.o/\n")
    content += entry(b"short.o/", b"one") + entry(b"/0", b"second")
    assert list(members_of(content)) == [("short.o", b"one"), ("a_rather_long_name.o", b"second")]


def test_a_real_archive(tmp_path):
    (tmp_path / "first_member_of_it.o").write_bytes(b"\x7fELF 1")
    (tmp_path / "b.o").write_bytes(b"\x7fELF 23")
    try:
        subprocess.run(["ar", "rc", "x.a", "first_member_of_it.o", "b.o"], cwd=tmp_path, check=True)
    except FileNotFoundError:
        pytest.skip("no ar on this machine")
    found = dict(members_of((tmp_path / "x.a").read_bytes()))
    assert found == {"first_member_of_it.o": b"\x7fELF 1", "b.o": b"\x7fELF 23"}


def test_a_cut_archive_gives_what_is_whole():
    content = MAGIC + entry(b"a.o/", b"one") + entry(b"b.o/", b"two")[:30]
    assert [name for name, _ in members_of(content)] == ["a.o"]


@given(st.binary(max_size=400))
def test_any_bytes(content):
    list(members_of(content))
    list(members_of(MAGIC + content))
