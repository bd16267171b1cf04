"""Version templates: what is cut out, what remains."""

import numpy as np
import pytest

from assay.inventory.fingerprints.features import TEMPLATE, hash_texts, runs_in
from assay.inventory.fingerprints.templates import BARE_NUMBER, MOST_STRINGS, scoped, templates_of


def templates_in(content: bytes):
    runs = runs_in(np.frombuffer(content, np.uint8), [(0, len(content))])
    return templates_of(content, runs)


def told(text: bytes) -> list[tuple[bytes, str]]:
    content = b"\0" + text + b"\0"
    return [(one.text, one.version) for one in templates_in(content)]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (b" deflate 1.2.13 Copyright 1995-2022", "1.2.13"),
        (b"OpenSSL 1.0.2k  26 Jan 2017", "1.0.2k"),
        (b"dropbear_2017.75", "2017.75"),
        (b"ntpd 4.2.8p15@1.3728-o", "4.2.8p15"),
        (b"isc-dhclient-4.4.3-P1", "4.4.3-P1"),
        (b"BusyBox v1.28.4 (2018-05-01)", "1.28.4"),
        (b"2.90-test", "2.90"),
        (b"hostapd_cli v2.0-devel", "2.0-devel"),
        (b"libnet version 1.2-rc3", "1.2-rc3"),
        (b"alpha 1.2-rcfile", "1.2"),
    ],
)
def test_versions(text, version):
    assert told(text)[0][1] == version


def test_releases_share_the_template():
    one, other = told(b"inflate 1.2.11 Copyright 1995-2017")[0], told(b"inflate 1.3.1 Copyright")[0]
    assert one[0] == other[0]
    assert told(b"deflate 1.3.1")[0][0] != one[0]


def test_no_version():
    assert told(b"no numbers. here, not 12 either") == []
    assert told(b"libfoo.so.x.y") == []


def test_a_template_counts_for_its_component_alone():
    numbers = hash_texts([b"version \1"], TEMPLATE)
    assert scoped(numbers, "zlib").tolist() != scoped(numbers, "expat").tolist()


def test_hostile_input_is_bounded():
    content = b"\0" + b"1.1" * 2_000_000 + b"\0" + b"v 1.2.3\0" * 100_000
    assert len(templates_in(content)) <= 3 * MOST_STRINGS


def test_a_version_that_is_a_string_of_its_own():
    found = [(one.text, one.version) for one in templates_in(b"\0003.6\0001.0.4\0x 2.1y")]
    assert found == [(b"\1", "3.6"), (b"\1", "1.0.4")]


def test_a_number_without_a_dot_is_a_template_of_its_own():
    content = b"\0".join([b"", b"590", b"20190101", b"12", b"0590", b"123456789", b"59a", b""])
    assert [(one.text, one.version) for one in templates_in(content)] == [
        (BARE_NUMBER, "590"),
        (BARE_NUMBER, "20190101"),
    ]
