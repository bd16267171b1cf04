"""Expressions made from what is kept are the same, and what is not taken back is compiled."""

import re

import pytest

from assay._kernel import expressions, lazy_re

SOURCES = [
    (r"(?P<first>[a-z]+)-(\d{2,4})?", 0),
    (rb"\0(x|y{3,})(?=\n?\0)", re.DOTALL.value),
    ("(?i)straße|[^\\x00-\U0001f600]", 0),
    ("a.c$", re.MULTILINE.value | re.IGNORECASE.value),
    (b"", 0),
]


@pytest.fixture
def beside(monkeypatch):
    """Return what is kept, empty at first; nothing is known at first either."""
    stored = {}
    monkeypatch.setattr(expressions, "_known", {})
    monkeypatch.setattr(expressions, "kept", lambda name, key: stored.get((name, key)))
    monkeypatch.setattr(
        expressions, "keep", lambda name, key, value: stored.update({(name, key): value})
    )
    return stored


@pytest.fixture
def forgotten(beside, monkeypatch):
    """Keep SOURCES and forget them."""
    expressions.keep_all(SOURCES)
    monkeypatch.setattr(expressions, "_known", {})
    return beside


@pytest.mark.usefixtures("forgotten")
def test_what_is_kept_gives_the_same_expressions(monkeypatch):
    wanted = [re.compile(*one) for one in SOURCES]
    monkeypatch.setattr(re, "compile", lambda *_: pytest.fail("compiled again"))
    assert expressions.use_kept()
    assert [expressions.expression(*one) for one in SOURCES] == wanted
    word = expressions.expression(*SOURCES[0])
    assert word.fullmatch("ab-12").groupdict() == {"first": "ab"}
    assert word.groupindex == {"first": 1}


@pytest.mark.usefixtures("beside")
def test_nothing_kept_means_compiling():
    assert not expressions.use_kept()
    assert expressions.expression("a+", 0) == re.compile("a+")
    with pytest.raises(re.error):
        expressions.expression("(", 0)


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("words", [b"", b"\xff\xff\xff\xff" * 9, b"\xfe\x01\0\0"])
def test_words_that_python_refuses_are_compiled_again(words):
    expressions.use_kept()
    for one, (flags, groups, names, _) in list(expressions._known.items()):
        expressions._known[one] = flags, groups, names, words
    for one in SOURCES:
        assert expressions.expression(*one) == re.compile(*one)


def test_another_python_does_not_take_them(forgotten, monkeypatch):
    assert len(forgotten) == 1
    monkeypatch.setattr(expressions.sys, "version", "9.9")
    assert not expressions.use_kept()


def test_more_is_added_to_what_is_kept(forgotten, monkeypatch):
    expressions.use_kept()
    (before,) = forgotten.values()
    expressions.keep_all(SOURCES)
    assert forgotten == {next(iter(forgotten)): before}
    expressions.keep_all([("more", 0)])
    monkeypatch.setattr(expressions, "_known", {})
    expressions.use_kept()
    assert set(expressions._known) == {*SOURCES, ("more", 0)}


def test_a_python_that_does_not_say_how_it_compiles_keeps_nothing(beside, monkeypatch):
    monkeypatch.delattr(re._compiler, "_code")
    expressions.keep_all(SOURCES)
    assert not beside


def test_expressions_of_modules_are_among_the_sources():
    made = lazy_re.compile("of a module [0-9]", re.IGNORECASE)
    assert ("of a module [0-9]", 2) in set(lazy_re.sources())
    assert made.match("OF A MODULE 3")
