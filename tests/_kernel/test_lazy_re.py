"""Expressions that are compiled when they are first used, and that all of ours can be."""

import importlib
import re

import pytest

from assay._kernel import lazy_re
from assay._kernel.registry import module_names


def test_it_does_what_a_compiled_expression_does():
    word = lazy_re.compile(rb"(?P<first>[a-z])(\w*)", re.IGNORECASE)
    assert word.match(b"Ab c")["first"] == b"A"
    assert word.fullmatch(b"a b") is None
    assert [one.group() for one in word.finditer(b"ab cd")] == [b"ab", b"cd"]
    assert word.sub(rb"<\2>", b"ab cd") == b"<b> <d>"
    assert word.pattern == rb"(?P<first>[a-z])(\w*)"
    assert word.flags & re.IGNORECASE
    assert word.groups == 2


def test_nothing_is_compiled_before_it_is_used(monkeypatch):
    asked = []
    genuine = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: asked.append(given) or genuine(*given))
    word = lazy_re.compile("a+")
    assert not asked
    assert [word.search("baa").span(), word.search("a").span()] == [(1, 3), (0, 1)]
    assert asked == [("a+", 0)]


def test_what_expressions_do_not_have_is_missing():
    with pytest.raises(AttributeError, match="find_all"):
        _ = lazy_re.compile("a").find_all
    with pytest.raises(AttributeError):
        _ = lazy_re.compile("a").__wrapped__


def test_every_expression_of_a_module_compiles():
    kind = type(lazy_re.compile(""))
    found = [
        (name, one)
        for name in module_names("assay")
        if not name.endswith(("__main__", "_native.kernels"))
        for one in _within(list(vars(importlib.import_module(name)).values()), kind)
    ]
    assert len(found) > 300
    for name, one in found:
        assert isinstance(one.pattern, str | bytes), name


def _within(values, kind):
    for one in values:
        if isinstance(one, kind):
            yield one
        elif isinstance(one, dict):
            yield from _within(one.values(), kind)
        elif isinstance(one, tuple | list):
            yield from _within(one, kind)
