"""A sandbox is chosen by trying: one that does not work here is passed over."""

from assay._kernel.sandbox import choice
from assay._kernel.sandbox.choice import Sandbox, choose


def test_none_is_chosen_where_none_is_wanted():
    assert choose(()) is None


def test_one_that_fails_or_is_missing_is_passed_over(monkeypatch):
    absent = Sandbox("bubblewrap", lambda _room, _command: [])
    failing = Sandbox("namespaces", lambda _room, _command: ["/bin/sh", "-c", "exit 1"])
    gone = Sandbox("namespaces", lambda _room, _command: ["/no/such/program"])
    monkeypatch.setattr(choice, "KNOWN", (absent, failing, gone))
    assert choose() is None


def test_the_first_that_works_is_chosen(monkeypatch):
    works = Sandbox("namespaces", lambda _room, command: command)
    monkeypatch.setattr(choice, "KNOWN", (Sandbox("bubblewrap", lambda _r, _c: []), works))
    assert choose() is works
