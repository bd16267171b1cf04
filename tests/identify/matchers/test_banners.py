"""Every banner pattern on a published banner, and what must not count as one."""

from pathlib import Path

import pytest
from building import image_of

from assay.identify.catalogue import catalogue
from assay.identify.matchers.banners import _banners, match

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent.parent / "banners.tsv").read_text().splitlines()
]
FIXTURES = Path(__file__).parents[2] / "inventory" / "fixtures" / "elf"


def test_every_pattern_has_a_sample_and_a_catalogue_entry() -> None:
    assert sorted(_banners()) == sorted(f"banners.{row[0]}" for row in ROWS)
    for banner in _banners().values():
        assert banner.component in catalogue()


@pytest.mark.parametrize("row", [row for row in ROWS if row[0] != "linux"], ids=lambda row: row[0])
def test_reads_component_and_version(row: list[str]) -> None:
    name, text, version = row
    image = image_of({"/bin/x": b"\0\1" + text.encode() + b"\0"})
    expected = _banners()[f"banners.{name}"].component
    found = [one for one in match(image) if one.key == expected]
    assert [one.version for one in found][:1] == [version]
    assert found[0].span.offset >= 2


def test_lists_of_other_products_do_not_count() -> None:
    text = b"\0OpenSSH_2.3.0p1*,OpenSSH_2.5.1p1*\0"
    assert list(match(image_of({"/bin/x": text}))) == []


def test_a_banner_of_a_loaded_library_does_not_count() -> None:
    # hard.arm needs libc.so.6, so a banner of the C library in it tells what it was built with.
    content = (FIXTURES / "hard.arm").read_bytes()
    text = b"\0GNU C Library (x) stable release version 2.36.\0"
    assert list(match(image_of({"/bin/x": content + text}))) == []


def test_a_lone_mention_is_weak_and_a_part_is_not() -> None:
    (lone,) = match(image_of({"/bin/x": b"\0OpenSSL 1.0.2k  26 Jan 2017\0"}))
    (part,) = match(image_of({"/bin/x": b"\0AES part of OpenSSL 1.0.2k  26 Jan 2017\0"}))
    assert (lone.form, part.form) == ("fragment", "full-copy")
    assert lone.confidence < part.confidence
