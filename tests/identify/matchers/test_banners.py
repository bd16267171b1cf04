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
    text = text.replace("\\0", "\0").replace("\\n", "\n")
    image = image_of({"/bin/x": b"\0\1" + text.encode() + b"\0"})
    expected = _banners()[f"banners.{name}"].component
    found = [one for one in match(image) if one.key == expected]
    assert [one.version for one in found][:1] == [version]
    assert found[0].span.offset >= 2


def test_a_letter_that_a_build_put_twice() -> None:
    image = image_of({"/bin/x": b"\0\1BusyBox vv1.9.1 (2012-07-21 10:14:34 CST)\0"})
    assert [(one.key, one.version) for one in match(image)] == [("busybox", "1.9.1")]


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


def test_a_version_of_its_own_counts_wherever_the_linker_put_it() -> None:
    words, version = b"\0chronyd (chrony) version %s (%s)\n\0", b"\0004.3\0"
    for content in (words + b"\1" * 900 + version, version + b"\1" * 900 + words):
        (one,) = match(image_of({"/sbin/chronyd": content}))
        assert (one.key, one.version) == ("chrony", "4.3")
        assert content[one.span.offset : one.span.offset + one.span.length] == b"4.3"


def test_two_strings_that_could_be_the_version_leave_it_open() -> None:
    words = b"\0chronyd (chrony) version %s (%s)\n\0"
    (one,) = match(image_of({"/sbin/chronyd": words + b"\0004.3\0\0003.5\0"}))
    assert (one.version, one.confidence) == ("", 600)
    assert list(match(image_of({"/sbin/chronyd": words}))) == []


@pytest.mark.parametrize(
    "text",
    [
        b"keyword is not supported any more since Privoxy 3.0.7",
        b"%s (e.g. OpenSSH_3.9p1)",
        b"transfer will fail in BIND 9.17.2-P1 and later if",
        b"Privoxy 3.0.7 and later",
        b"GNU ld (GNU Binutils for Debian) 2.40)",
    ],
)
def test_words_about_a_component_are_not_its_own(text: bytes) -> None:
    assert list(match(image_of({"/bin/x": b"\0" + text + b"\0"}))) == []


def test_texts_count_for_what_is_made_of_text() -> None:
    assert list(match(image_of({"/etc/smtp.pat": b"# seen in Sendmail 8.12.9\n"}))) == []
    required = b"/* Bootstrap v4.4.1 */ // requires at least jQuery v1.9.1 but less than v4\n"
    (one,) = match(image_of({"/www/b.js": required}))
    assert (one.key, one.version) == ("bootstrap", "4.4.1")


def test_a_fork_keeps_the_words_of_its_origin() -> None:
    text = b"\0libjpeg-turbo version 2.1.5 (build 20230203)\0006b  27-Mar-1998\0"
    assert {one.key for one in match(image_of({"/lib/x": b"\1" + text}))} == {"libjpeg-turbo"}


def test_a_mention_within_the_words_of_another_library() -> None:
    text = b"\0neon 0.25.1: Library build, OpenSSL 0.9.8a 11 Oct 2005.\0"
    assert "openssl" not in {one.key for one in match(image_of({"/lib/x": b"\1" + text}))}


def test_a_mention_in_a_file_that_has_nothing_else_of_the_library() -> None:
    banner = b"\0OpenSSL 1.1.1g  21 Apr 2020\0"
    own = b"\0".join(b"words of a program that is no library, %d" % n for n in range(80))
    assert [one.key for one in match(image_of({"/bin/x": b"\0\1" + own + banner}))] == []
    part = b"\0AES part of OpenSSL 1.1.1g  21 Apr 2020\0"
    (one,) = match(image_of({"/bin/x": b"\0\1" + own + part}))
    assert (one.key, one.version) == ("openssl", "1.1.1g")


def test_a_snapshot_of_iproute2_is_named_by_its_date() -> None:
    text = b"\0tc utility, iproute2-ss%s\n\0" + b"080417\0"
    (one,) = match(image_of({"/sbin/tc": b"\1" + text}))
    assert (one.key, one.version) == ("iproute2", "ss080417")
