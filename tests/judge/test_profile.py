"""Profiles hold together, name only tests that exist, and bad ones are refused."""

from pathlib import Path

import pytest

from assay.checks.runner import checks
from assay.errors import UnknownName, UsageError
from assay.judge.profile import LARGEST, load, names, parse, unknown_checks

SMALL = """
id = "small"
title = "A small standard"
edition = "1"
status = "made up"
url = "https://example.org"
notes = ""
[sources]
here = "this test"
[features]
f = "a feature"
[[requirement]]
id = "1"
says = "Do the thing."
mandatory = true
mode = "static"
verified = true
source = "here"
"""


def test_every_shipped_profile_holds_together() -> None:
    assert set(names()) >= {"etsi-en-303-645", "uk-psti"}
    for name in names():
        assert load(name).id == name


@pytest.mark.parametrize("name", names())
def test_a_profile_names_only_tests_that_exist(name: str) -> None:
    known = {module.CHECK.id for module in checks()}
    assert unknown_checks(load(name), known) == ()


def test_en_303_645_has_all_provisions_of_table_b1() -> None:
    profile = load("etsi-en-303-645")
    sections = {"5.0": 1, "5.1": 6, "5.2": 3, "5.3": 19, "5.4": 4, "5.5": 8, "5.6": 10}
    sections |= {"5.7": 2, "5.8": 3, "5.9": 3, "5.10": 1, "5.11": 4, "5.12": 3, "5.13": 2, "6": 9}
    counted: dict[str, int] = {}
    for requirement in profile.requirements:
        section = requirement.id.partition("-")[0]
        counted[section] = counted.get(section, 0) + 1
    assert counted == sections
    assert sum(counted.values()) == 78
    mandatory = [item.id for item in profile.requirements if item.mandatory]
    assert len(mandatory) == 36
    assert {"5.1-1", "5.3-10", "5.4-3", "5.6-4A", "6-6"} <= set(mandatory)
    assert not {"5.1-2A", "5.3-9", "5.6-4B", "5.7-1", "6-8"} & set(mandatory)


def test_every_feature_and_source_is_used() -> None:
    for name in names():
        profile = load(name)
        assert set(profile.features) == {f for item in profile.requirements for f in item.needs}
        assert set(profile.sources) == {item.source for item in profile.requirements}


def test_an_unknown_profile_is_named_with_those_that_exist() -> None:
    with pytest.raises(UnknownName) as caught:
        load("no-such-standard")
    assert "etsi-en-303-645" in caught.value.advice


def test_a_profile_of_the_users_own_is_read_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(SMALL)
    assert load(str(file)).requirements[0].says == "Do the thing."


def test_a_missing_or_huge_profile_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        load(str(tmp_path / "none.toml"))
    file = tmp_path / "huge.toml"
    file.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(UsageError, match="larger than"):
        load(str(file))


def test_the_digest_follows_the_content() -> None:
    first = parse(SMALL.encode(), "small")
    assert first.digest == parse(b"# a comment\n" + SMALL.encode(), "small").digest
    assert first.digest != parse(SMALL.replace("thing", "other").encode(), "small").digest


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('says = "Do the thing."', 'says = "' + "word " * 16 + '"'), "more than 15 words"),
        (('source = "here"', 'source = "there"'), "the source 'there'"),
        (('source = "here"', 'source = "here"\nneeds = ["g"]'), "the feature 'g'"),
        (('source = "here"', 'source = "here"\ncoverage = 1001'), "not a permille"),
        (('source = "here"', 'source = "here"\nboth = ["a.b"]\nhints = ["a.b"]'), "twice"),
        (('mode = "static"', 'mode = "document"\nboth = ["a.b"]'), "mode document"),
        (('mode = "static"', 'mode = "guess"'), "not a profile"),
        (('mode = "static"', 'mode = "static"\nsurprise = 1'), "not a profile"),
        (('id = "1"', 'id = ""'), "lacks an id"),
        (("[[requirement]]", "[[requirements]]"), "not a profile"),
        (("[sources]", "[sources"), "not a profile"),
    ],
)
def test_a_profile_that_does_not_hold_together_is_refused(
    change: tuple[str, str], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        parse(SMALL.replace(*change).encode(), "small.toml")


def test_a_profile_without_requirements_or_with_a_double_is_refused() -> None:
    head, entry = SMALL.split("[[requirement]]")
    with pytest.raises(UsageError, match="has no requirement"):
        parse(head.encode(), "small.toml")
    with pytest.raises(UsageError, match="occurs twice"):
        parse(f"{head}[[requirement]]{entry}[[requirement]]{entry}".encode(), "small.toml")


def test_bytes_that_are_not_text_are_refused() -> None:
    with pytest.raises(UsageError, match="not a profile"):
        parse(b"\xff\xfe\x00", "small.toml")
