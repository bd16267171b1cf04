"""Shell text as a tree of statements."""

import pytest

from assay.inventory.shell.inside import everything, extent, simple_commands
from assay.inventory.shell.statements import (
    Background,
    Branch,
    Case,
    Chain,
    Function,
    Group,
    Loop,
    Pipeline,
    Simple,
    statements_of,
)


def one(text):
    (found,) = statements_of(text)
    return found


def words(body):
    return [simple.words for each in body for simple in simple_commands(each)]


def test_a_simple_command_with_redirections():
    found = one("dd if=x >/dev/mtd3 2>&1\n")
    assert isinstance(found, Simple)
    assert found.words == ("dd", "if=x")
    assert found.targets == (">/dev/mtd3", ">&1")
    assert (found.start, found.end) == (0, 23)


def test_chains_bind_to_the_left():
    found = one("a && b || c")
    assert isinstance(found, Chain)
    assert not found.both
    assert isinstance(found.left, Chain)
    assert found.left.both
    assert extent(found.left) == (0, 6)


def test_pipelines_and_their_negation():
    found = one("! a | b")
    assert isinstance(found, Pipeline)
    assert found.negated
    assert words(found.parts) == [("a",), ("b",)]


def test_branches_with_elif_and_else():
    found = one("if a; then b; elif c; then d; else e; fi")
    assert isinstance(found, Branch)
    assert words(found.then) == [("b",)]
    (inner,) = found.otherwise
    assert isinstance(inner, Branch)
    assert words(inner.condition) == [("c",)]
    assert words(inner.otherwise) == [("e",)]


def test_a_case_with_arms():
    found = one('case "$1" in\n a|b) x; y;;\n *)\n  z\nesac')
    assert isinstance(found, Case)
    assert found.subject == '"$1"'
    assert [arm.patterns for arm in found.arms] == [("a", "b"), ("*",)]
    assert words(found.arms[0].body) == [("x",), ("y",)]
    assert words(found.arms[1].body) == [("z",)]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("while a; do b; done", Loop),
        ("for x in 1 2; do b; done", Loop),
        ("{ a; b; }", Group),
        ("( a; b )", Group),
        ("a &", Background),
        ("f() { a; }", Function),
        ("function f { a; }", Function),
    ],
)
def test_shapes(text, shape):
    assert isinstance(one(text), shape)


def test_what_follows_a_function_is_outside_it():
    first, second = statements_of("f() {\n a\n}\nb\n")
    assert isinstance(first, Function)
    assert words([second]) == [("b",)]
    assert words([first]) == []
    assert Simple(("a",), (), 7, 8) in everything([first])


def test_everything_is_read_however_it_is_nested():
    text = "if a; then case $x in q) ( b | c ) & ;; esac; fi; while d; do { e && f; }; done"
    assert [each for (each,) in words(statements_of(text))] == ["a", "b", "c", "d", "e", "f"]


def test_closers_without_openers_are_passed_over():
    assert words(statements_of("fi\n}\na\n;; esac\nb)")) == [("a",), ("b",)]


@pytest.mark.parametrize(
    "piece",
    ["if a; then ", "case x in a) ", "a && ", "{ ", "( ", "fi ", "f() ", ";;", "! ", "a | "],
)
def test_hostile_text_ends(piece):
    text = (piece * 60_000)[: 256 << 10]
    assert len(statements_of(text)) <= 60_000
