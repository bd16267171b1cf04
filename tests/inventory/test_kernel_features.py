"""Parts of a kernel, by the names that it prints and registers."""

import pytest

from assay.inventory.kernel_features import features, named_in, strings_of, words_of
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
