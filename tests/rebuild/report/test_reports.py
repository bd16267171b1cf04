"""Reports of a rebuild are functions of the record and escape what strangers wrote."""

import pytest

from assay.compare.records import Change, Sum
from assay.model.result import Subject, Tool
from assay.rebuild.environments import Variation
from assay.rebuild.recipe import Output, Source, Tool as Named
from assay.rebuild.records import (
    BuildRun,
    CommandRun,
    Made,
    Part,
    Rebuild,
    RecipeRun,
    ToolFound,
)
from assay.rebuild.report import html
from assay.rebuild.report.text import render

DIGEST = "ab" * 32


def result(*, well=True):
    part = Part(
        recipe="x 1", file="x", path="/bin/<x>", shipped=DIGEST, built="cd" * 32, state="differs",
        level="D", reason="one function differs", causes=("N1", "N12"),
        sums=(Sum(account="differing", bytes_a=1, bytes_b=1),),
        changes=(
            Change(kind="function", name="login", says="login compares otherwise.",
                   lines=("-cmp r0, 1", "+cmp r0, 31337")),
        ),
    )  # fmt: skip
    build = BuildRun(
        commands=(CommandRun(command="make <all>", code=0 if well else 2),), well=well,
        log=() if well else ("error: <stdio.h>",),
    )  # fmt: skip
    run = RecipeRun(
        name="x", version="1", target="arm", recipe=DIGEST,
        sources=(Source(file="x-1.tar", sha256=DIGEST),),
        tools=(
            ToolFound(tool=Named(name="compiler", command="cc --version", expect="12"),
                      says="cc 11", program=DIGEST, as_expected=False),
        ),
        variations=(Variation(name="path", first="/a", second="/b"),), builds=(build, build),
        made=(Made(output=Output(file="x", image="/bin/x"), first=DIGEST, second=DIGEST,
                   level="E0", reason=""),),
    )  # fmt: skip
    return Rebuild(
        schema="https://assay.invalid/rebuild/1",
        tool=Tool(name="assay", version="0", digest=DIGEST),
        image=Subject(sha256=DIGEST, size=10, kind="image"), sandbox="bubblewrap", level="D",
        reason="0 of 1 file reproduces; 1 differs.", programs=52, recipes=(run,), parts=(part,),
        notes=("x: a note",),
    )  # fmt: skip


def test_the_text_begins_with_the_count():
    text = render(result())
    assert text.startswith("D  0 of 1 file reproduces; 1 differs.")
    for told in ("login compares otherwise", "+cmp r0, 31337", "cc 11 (expected: 12)",
                 "varied   path", "x: a note", "N12", ": 52"):  # fmt: skip
        assert told in text


def test_a_failed_build_shows_its_end():
    text = render(result(well=False))
    assert "failed: 'make <all>' ended with 2" in text
    assert "| error: <stdio.h>" in text


@pytest.mark.parametrize("well", [True, False])
def test_the_page_escapes_what_recipes_and_images_say(well):
    page = html.render(result(well=well)).decode()
    assert "/bin/&lt;x&gt;" in page
    assert "make &lt;all&gt;" in page
    assert "<x>" not in page
    assert "<script" not in page
    assert "default-src 'none'" in page
