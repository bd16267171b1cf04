"""Parts of a kernel, by the names that it prints and registers."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from assay import _native
from assay._kernel.wordset import packed
from assay.inventory import kernel_features
from assay.inventory.kernel_features import (
    CHUNK,
    LONGEST,
    MOST_PLACES,
    SHORTEST,
    features,
    named_in,
    strings_of,
    told_by,
    words_of,
)
from assay.inventory.kinds.kernel import examine

BANNER = b"Linux version 3.10.14 (builder@host) (gcc version 4.8.3 (OpenWrt)) #1 Mon Jan 1 2018\n\0"


def test_the_table() -> None:
    table = features()
    names = [one.name for one in table]
    assert len(set(names)) == len(names) > 150
    for one in table:
        assert one.marks, one
        assert one.words, one
        assert all(mark == mark.lower() and len(mark) >= 2 for mark in one.marks), one
        assert all(word == word.lower() for word in one.words), one
        assert all("/" in path for path in one.paths), one


@pytest.mark.parametrize(
    ("content", "name", "there"),
    [
        (b"\0TIPC: Started in network mode\0", "TIPC", True),
        (b"\0\x01\x02rds\0", "RDS", False),  # no string of its own: a part of binary data
        (b"\0rds\0", "RDS", True),
        (b"\0words and birds\0", "RDS", False),
        (b"\0algorithm used in UBIFS.\0", "UBIFS", False),
        (b"\0ubifs\0", "UBIFS", True),
        (b"\0sctp_hmac_alg\0", "SCTP", True),
        (b"\0nf_tables\0", "nf_tables", True),
        (b"\0nothing of it here\0", "TIPC", False),
    ],
)
def test_marks(content: bytes, name: str, *, there: bool) -> None:
    assert (name in named_in(strings_of(content))) == there


def test_names_of_a_symbol_table_count() -> None:
    assert "TIPC" in named_in(strings_of(b"\0", ("tipc_sk_create",)))


def test_words() -> None:
    text = strings_of(b"\0Qla2xxx_Attr: failed 0x%x\0e1000\0")
    assert {"qla2xxx_attr", "qla2xxx", "attr", "failed", "e1000"} <= words_of(text)
    assert "e" not in words_of(text)


def test_a_kernel_states_both() -> None:
    facts = examine(b"\0" * 64 + BANNER + b"\0TIPC: Activated\0ag71xx_probe\0")
    assert facts is not None
    assert "TIPC" in facts.features
    assert "SCTP" not in facts.features
    assert facts.words


def test_hostile_repetition_ends() -> None:
    named_in(b"rdsrds" * 300_000)
    words_of(b"a_" * 500_000)


_STRING = re.compile(rb"[ -~]{4,}|(?<=\0)[ -~]{3}(?=\0)")
_PIECES = st.sampled_from([
    b"\0", b"\x01", b"\n", b"\xff", b"ab", b"Abc", b"fb0", b"rds", b"e1000", b"e1000e", b"x", b"_",
    b"-", b"7", b"dm-", b"md:", b".request_key_auth", b"snd_pcm", b"used in ubifs", b" ", b"0a",
    b"can", b"_raw", b"intel(r) ethernet connection e800", b"802.1q", b"\xc3\xa9",
])  # fmt: skip
_CONTENTS = st.lists(_PIECES, max_size=40).map(b"".join)


def plain_strings(content: bytes) -> list[bytes]:
    """Return the strings of *content*, by the expression that defines them."""
    return b"\n".join(_STRING.findall(content)).lower().replace(b"used in ubifs", b"").split(b"\n")


def plain_names(text: bytes) -> tuple[str, ...]:
    """Return the features named in *text*, by an expression for each mark."""
    marks = {
        mark: rb"(?<![A-Za-z0-9])" + re.escape(mark.encode()) + end
        for one in features()
        for mark in one.marks
        for end in [rb"(?![A-Za-z])" if mark[-1].isalnum() else b""]
    }
    return tuple(
        one.name for one in features() if any(re.search(marks[mark], text) for mark in one.marks)
    )


def plain_words(text: bytes) -> set[str]:
    """Return the words of *text*, one by one."""
    found = set()
    for word in re.findall("[a-z0-9_]+", text.decode("latin-1")):
        found.update((word, word.rstrip("0123456789_"), *word.split("_")))
    return {word for word in found if SHORTEST <= len(word) <= LONGEST}


@given(_CONTENTS)
@example(b"abc\0\0abc\0abcd\0abc")
@example(b"\0Abc\0 abc")
def test_the_quick_forms_equal_the_plain_ones(content: bytes) -> None:
    text = strings_of(content)
    lines = [line for line in text.split(b"\n") if line]
    assert lines == [line for line in plain_strings(content) if line]
    assert named_in(text) == plain_names(text)
    assert words_of(text) == plain_words(text)
    assert named_in(content.lower()) == plain_names(content.lower())
    assert words_of(content.lower()) == plain_words(content.lower())


COMPILED = pytest.mark.skipif(_native.library() is None, reason="no compiled kernels here")
_MARKS = st.sampled_from([mark.encode() for one in features() for mark in one.marks])
_TEXTS = st.lists(st.one_of(_PIECES, _MARKS), max_size=40).map(b"".join)


def in_python(content: bytes) -> bytes:
    """Return what `strings_of` does without the compiled form."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel_features, "_string_kernel", lambda: None)
        return strings_of(content)


@COMPILED
@given(_TEXTS)
@example(b"802.15.4x 802.15.4 1dm- .dm-x")
def test_kernel_and_twin_agree(content: bytes) -> None:
    assert in_python(content).split() == strings_of(content).split()
    for text in (strings_of(content), content.lower()):
        assert told_by(text) == (named_in(text), packed(words_of(text)))


@COMPILED
@given(st.binary(max_size=200), st.binary(max_size=80))
def test_kernel_and_twin_agree_on_anything(content: bytes, more: bytes) -> None:
    content += bytes(byte % 96 + 31 for byte in more) + content[::-1]
    assert in_python(content).split() == strings_of(content).split()
    assert told_by(content.lower()) == (
        named_in(content.lower()), packed(words_of(content.lower())),
    )  # fmt: skip


@COMPILED
def test_kernel_and_twin_agree_on_kernels_of_images(corpus: Path) -> None:
    content = (corpus / "images" / "openwrt-ar71xx-tiny-vmlinux.bin").read_bytes()
    text = strings_of(content)
    assert in_python(content) == text
    assert told_by(text) == (named_in(text), packed(words_of(text)))


def test_many_other_words_do_not_hide_a_mark() -> None:
    others = b"mdsnd_pcm" * (MOST_PLACES + 2)
    assert named_in(b"snd " + others) == plain_names(b"snd " + others)
    assert named_in(others + b" snd_pcm") == plain_names(others + b" snd_pcm")


@pytest.mark.parametrize("text", [b"\0abc\0", b"abcd", b"\0abc", b"\1abcde\1"])
def test_strings_across_the_bounds_of_chunks(text: bytes) -> None:
    for shift in range(12):
        content = b"\1" * (CHUNK - shift) + text
        assert [*filter(None, strings_of(content).split(b"\n"))] == _STRING.findall(content)
        assert in_python(content).split() == strings_of(content).split()
        content += b"\1" * 2 * CHUNK
        assert [*filter(None, strings_of(content).split(b"\n"))] == _STRING.findall(content)


def test_each_mark_has_a_word() -> None:
    assert all(re.search("[a-z0-9]", mark) for one in features() for mark in one.marks)
