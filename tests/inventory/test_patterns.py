"""The pattern library: both engines agree, limits hold, positions are right far into a file."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assay._kernel.occurrences import NEAR
from assay.inventory import patterns as package
from assay.inventory.kinds.patterns import examine
from assay.inventory.patterns import LONGEST, MOST_ENDS, MOST_HITS, library, patterns
from assay.inventory.patterns.prefixes import prefixes

PATTERNS = list(patterns())
FOLDER = Path(package.__file__).parent


def test_ids_are_unique_and_carry_their_topic() -> None:
    names = [one["id"] for one in PATTERNS]
    assert len(names) == len(set(names))
    for path in FOLDER.glob("*.toml"):
        for one in tomllib.loads(path.read_text("utf-8"))["pattern"]:
            assert one["id"].startswith(f"{path.stem}.")
            assert one["about"]


@pytest.mark.parametrize("one", PATTERNS, ids=lambda one: one["id"])
def test_no_match_is_longer_than_the_window(one: dict[str, str]) -> None:
    parsed = re._parser.parse(one["expression"].encode("latin-1"))  # type: ignore[attr-defined]
    assert parsed.getwidth()[1] <= LONGEST


def test_positions_far_into_a_content() -> None:
    content = b"\0" * 100_000 + b"telnetd -l /bin/sh\0" + b"\0" * 50_000 + b"BusyBox v1.19.4 (x"
    facts = examine(content)
    assert facts is not None
    found = {hit.id: hit.span for hit in facts.hits}
    assert found["commands.telnetd"].offset == 100_000
    assert found["banners.busybox"].offset == 150_019
    assert found["banners.busybox"].text == "BusyBox v1.19.4"


def test_the_first_match_is_not_lost_behind_a_later_one() -> None:
    content = b"\0".join(b"/dev/mtd%d" % n for n in range(9)) * 3000
    facts = examine(content)
    assert facts is not None
    offsets = [hit.span.offset for hit in facts.hits if hit.id == "commands.mtd-device"]
    assert offsets == [0, 10]


SCRAPS = [
    "http",
    "https",
    "ttps",
    "://",
    "://%s",
    "a.bc",
    "/x?y=1",
    " ",
    "\0",
    "h",
    "mqtts",
    "z" * 130,
]


@pytest.mark.parametrize("name", [one["id"] for one in PATTERNS if "holds" in one])
@given(scraps=st.lists(st.sampled_from(SCRAPS), max_size=60))
def test_a_text_that_every_match_holds_changes_no_match(name: str, scraps: list[str]) -> None:
    content = "".join(scraps).encode()
    found = list(library().matches(name, content, 0))
    plain = re.finditer(library()._sources[name], content, re.DOTALL)
    assert found == [one.span() for one in plain][:40]


def plain(name: str, content: bytes) -> list[tuple[int, int]]:
    found = re.finditer(library()._sources[name], content, re.DOTALL)
    return [one.span() for one in found][: library()._most.get(name, MOST_HITS)]


@pytest.mark.parametrize("name", [one["id"] for one in PATTERNS])
def test_texts_that_matches_begin_with_change_no_match(name: str) -> None:
    begins = prefixes(library()._sources[name])
    tails = [
        b"",
        b"1.2.3",
        b" 1.2",
        b"version 10.20",
        b"\0",
        b"a" * 20,
        b"%s",
        b"/",
        b"x y-1.0 z\n",
    ]
    content = b"\1".join(begin + tail for begin in begins or (b"x",) for tail in tails)
    content = content * 2 + bytes(NEAR) + content + begins[0][:2] if begins else content
    assert list(library().matches(name, content, 0)) == plain(name, content)


@pytest.mark.parametrize(
    ("expression", "begins"),
    [
        (rb"(?:ip|tc) utility", (b"ip utility", b"tc utility")),
        (rb"[Ff]irm(?:ware)?s?", (b"Firm", b"firm")),
        (rb"abc+d", (b"abc",)),
        (rb"(?:abc|abcd)x", (b"abcdx", b"abcx")),
        (rb"abc(?:d|[0-9]+)z", (b"abc",)),
        (rb"(?i)abcdef", ()),
        (rb"ab[0-9]c", ()),
        (rb"[a-d]xyz", (b"axyz", b"bxyz", b"cxyz", b"dxyz")),
        (rb"x?abc", (b"abc", b"xabc")),
        (rb".abc", ()),
    ],
)
def test_what_matches_begin_with(expression: bytes, begins: tuple[bytes, ...]) -> None:
    assert prefixes(expression) == begins


BARE = [one["id"] for one in PATTERNS if "bare" in one]
STRINGS = ["1.2.3", "2.0", "v1.05", "4.1.2-P3", "\0", "\0", "\n", "x", "20191024", "ss", "7.21", ""]


@given(scraps=st.lists(st.sampled_from(STRINGS), max_size=40))
def test_whole_strings_are_those_of_the_expression(scraps: list[str]) -> None:
    content = "".join(scraps).encode()
    for name in BARE:
        whole = re.finditer(rb"\0(%s)(?=\n?\0)" % library()._bare[name], content)
        assert list(library().whole_strings(name, content)) == [one.span(1) for one in whole][:8]


def test_very_many_whole_strings_are_found_too() -> None:
    content = b"\x001.2.3" * (MOST_ENDS + 9) + b"\0"
    for name in BARE[:5]:
        whole = re.finditer(rb"\0(%s)(?=\n?\0)" % library()._bare[name], content)
        assert list(library().whole_strings(name, content)) == [one.span(1) for one in whole][:8]


def test_present_is_in_order_and_matches_are_bounded() -> None:
    found = library().present(b"http://a.bc/ " * 900 + b"nginx/1.6.2 lighttpd/1.4.35")
    assert list(found) == sorted(found)
    facts = examine(b"http://a.bc/ " * 900)
    assert facts is not None
    assert len(facts.hits) <= 40
