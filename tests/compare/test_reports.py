"""Reports of a comparison are functions of the record: the same bytes every time."""

import json
from pathlib import Path

import jsonschema
import pytest

from assay.compare.levels import LEVELS
from assay.compare.records import Change, Comparison, Pair, Sum
from assay.compare.report import html, sarif
from assay.compare.report.grouping import grouped
from assay.compare.report.text import render
from assay.model.record import replace
from assay.model.result import Subject, Tool

SCHEMA = Path(__file__).parents[1] / "report" / "data" / "sarif-2.1.0.schema.json"
DIGEST = "ab" * 32
PAIR = Pair(
    path_a="rootfs//bin/httpd", path_b="rootfs//bin/httpd", blob_a=DIGEST, blob_b=DIGEST,
    size_a=10, size_b=12, kind="program", level="D", reason="<login> differs",
    changes=(
        Change(kind="function", name="login", says="login: compares with 31337 now.",
               lines=("-cmp r0, 1", "+cmp r0, 31337"), reach=("exported",)),
    ),
)  # fmt: skip


def comparison(level="D", pairs=(PAIR,)):
    return Comparison(
        schema="https://assay.invalid/comparison/1",
        tool=Tool(name="assay", version="0", digest=DIGEST),
        a=Subject(sha256=DIGEST, size=10, kind="image"),
        b=Subject(sha256=DIGEST, size=12, kind="image"),
        level=level, reason="one file differs", identical=3, pairs=pairs,
        sums=(
            Sum(account="equal", bytes_a=8, bytes_b=8),
            Sum(account="explained", cause="N4", bytes_a=2, bytes_b=2, proof="a time"),
            Sum(account="differing", bytes_a=0, bytes_b=2),
        ),
    )  # fmt: skip


def test_the_text_begins_with_the_verdict():
    text = render(comparison())
    assert text.startswith("D  different: one file differs")
    assert "compares with 31337 now" in text
    assert "SOURCE_DATE_EPOCH" in text


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_can_be_shown(level):
    assert level in html.render(comparison(level, ())).decode()
    assert ("harmless" in render(comparison(level, ()))) == level.startswith("E")


def test_the_page_escapes_what_the_image_says():
    page = html.render(comparison()).decode()
    assert "&lt;login&gt; differs" in page
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_sarif_names_the_function():
    run = json.loads(sarif.render(comparison()))["runs"][0]
    (result,) = run["results"]
    assert result["kind"] == "fail"
    assert result["level"] == "error"
    assert result["locations"][0]["logicalLocations"][0]["name"] == "login"


@pytest.mark.parametrize("level", LEVELS)
def test_sarif_is_valid_against_the_schema(level):
    schema = json.loads(SCHEMA.read_text("utf-8-sig"))
    pairs = (PAIR, replace(PAIR, level="I", changes=(), path_b="a b//c<d>"))
    log = json.loads(sarif.render(comparison(level, pairs)))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(log)] == []
    rules = {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in log["runs"][0]["results"]} <= rules


def new(path, kind="added"):
    change = Change(kind=kind, name=path, says=f"The file {path} is new.")
    side = {"path_a": "", "path_b": f"tar//{path}"}
    return replace(PAIR, kind="file", reason=change.says, changes=(change,), **side)


def test_new_files_of_one_folder_are_one_thing():
    pairs = [new(f"/etc/keys/{number}") for number in range(5)] + [new("/bin/alone")]
    first, second = sorted(grouped(pairs), key=lambda one: -len(one.pairs))
    assert first.says == "5 files are new in /etc/keys"
    assert [one.path for one in second.pairs] == ["tar///bin/alone"]
    assert "5 files are new" in render(comparison(pairs=tuple(pairs)))
    assert html.render(comparison(pairs=tuple(pairs))).count(b"<details>") == 2


def test_programs_with_named_functions_come_first():
    pairs = [new("/a"), replace(PAIR, kind="text", changes=()), PAIR]
    assert grouped(pairs)[0].pairs == (PAIR,)
    assert sum(len(one.pairs) for one in grouped(pairs)) == 3


def test_the_same_lines_in_many_files_are_shown_once():
    change = Change(kind="text", name="x", says="1 line came.", lines=("+telnetd",))
    pairs = [
        replace(PAIR, kind="script", path_b=f"tar///etc/{name}", changes=(change,))
        for name in "abc"
    ]
    text = render(comparison(pairs=tuple(pairs)))
    assert text.count("+telnetd") == 1
    assert "3 files changed in the same way" in text
    assert all(pair.path in text for pair in pairs)


def explained(number):
    path = f"image//squashfs@0x0//usr/lib/opkg/info/{number}.list"
    return replace(
        PAIR, level="E2", kind="text", changes=(), reason="the same files in another order",
        path_a=path, path_b=path,
    )  # fmt: skip


def test_files_that_differ_for_one_reason_are_one_group():
    (group,) = grouped(explained(number) for number in range(6))
    assert group.says == "6 files: the same files in another order"
    assert [one.says for one in grouped([explained(1), explained(2)])] == ["", ""]


def test_the_page_names_files_before_what_they_lie_in():
    page = html.render(comparison("E2", (explained(1), replace(PAIR, path_b="")))).decode()
    assert "<b>usr/lib/opkg/info/1.list</b> <span class=in>in image//squashfs@0x0</span>" in page
    assert "E2: " in page
    assert "· 1 file<" in page


def test_the_input_itself_has_a_name():
    pair = replace(PAIR, path_a="", path_b="", changes=())
    assert "D  the input as a whole" in render(comparison(pairs=(pair,)))
    assert "<b>the input as a whole</b>" in html.render(comparison(pairs=(pair,))).decode()


def test_nothing_is_said_twice():
    change = Change(kind="text", name="x", says="1 line went.", lines=("-a",))
    pair = replace(PAIR, reason="the text differs: 1 line went", changes=(change,))
    assert render(comparison(pairs=(pair,))).count("1 line went") == 1
    assert html.render(comparison(pairs=(pair,))).count(b"1 line went") == 1
    assert "2 bytes in 0 files" in render(comparison(pairs=(pair,)))
