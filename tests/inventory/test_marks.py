"""Marks are found by one search as each is alone."""

import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assay.inventory.marks import MARKS, has

_SAMPLES = {
    "account line": b"root:x:0:0:root",
    "applets": b"BusyBox v1.36.1",
    "console": b"/dev/ttyS0",
    "form": b"<INPUT name=a>",
    "gateway": b"QUERY_STRING",
    "go build": b"\xff Go buildinf:\x08",
    "hash": b"$2b$",
    "kernel banner": b"Linux version 6.1",
    "kernel configuration": b"IKCFG_ST\x1f\x8b\x08",
    "login": b"/etc/app.users",
    "page": b"index.html",
    "pem": b"-----BEGIN RSA PRIVATE KEY-----",
    "rust build": b".dep-v0",
    "secret": b"adminPWD=",
    "server rule": b"\nD:*",
    "ssh key": b"ecdsa-sha2-nistp256",
    "stack guard": b"*** stack smashing detected ***",
}
_PIECES = st.one_of(
    st.sampled_from([*_SAMPLES.values(), b"\n", b"A:", b"$", b"5$", b"lp.", b"Busy", b"passw"]),
    st.binary(max_size=6),
)


def plain(content: bytes) -> set[str]:
    return {name for name, one in MARKS.items() if re.search(one, content, re.DOTALL)}


@pytest.mark.parametrize("name", MARKS)
def test_each_is_found(name: str) -> None:
    assert has(b"\1\2" + _SAMPLES[name] + b"\3", name)
    assert not has(b"\1\2\3", name)


@given(st.lists(_PIECES, max_size=12).map(b"".join))
def test_the_search_equals_the_expressions(content: bytes) -> None:
    assert {name for name in MARKS if has(content, name)} == plain(content)


def test_they_are_found_alike_in_images(corpus: Path) -> None:
    for name in ("openwrt-ar71xx-tiny-vmlinux.bin", "zyxel-zynos-340ut5c0.bin"):
        content = (corpus / "images" / name).read_bytes()
        assert {mark for mark in MARKS if has(content, mark)} == plain(content)


def test_the_last_content_alone_is_remembered() -> None:
    first, second = b"-----BEGIN ", b"nothing"
    assert [has(one, "pem") for one in (first, second, first)] == [True, False, True]
