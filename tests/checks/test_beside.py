"""Long checks in a process of their own: same results, and none where that cannot be."""

import os
from types import SimpleNamespace

import pytest
from tests.checks.test_runner import NODE, image

from assay._kernel.workers import Bounds
from assay.checks import beside as beside_module
from assay.checks.beside import Beside
from assay.checks.check import Check, attribute
from assay.checks.runner import checks, run_checks

BOUNDS = Bounds(memory=8 << 30, seconds=60)


def module(name, run, *, beside=True):
    check = Check(
        id=f"topic.{name}", version=1, title="Title", severity="high", about="About.",
        looks_at="things", not_a_finding="Nothing.", beside=beside,
    )  # fmt: skip
    return SimpleNamespace(CHECK=check, run=run)


def finds(_, scope):
    scope.saw()
    yield checks()[0].CHECK.finding(NODE, f"Seen by {os.getpid()}.", [attribute(NODE, "mode")])


def fails(*_):
    raise KeyError("x")
    yield


def dies(*_):
    os._exit(3)
    yield


@pytest.fixture
def given(monkeypatch):
    def use(*modules):
        monkeypatch.setattr(beside_module, "checks", lambda: modules)

    return use


def results(workers=2):
    with Beside(image(), workers, BOUNDS) as beside:
        return beside.results()


def test_marked_checks_run_in_another_process(given):
    given(module("long", finds), module("short", finds, beside=False))
    (found,) = results().values()
    assert found.result.check == "topic.long"
    (finding,) = found.result.findings
    assert str(os.getpid()) not in finding.says


def test_failures_come_back_as_problems(given):
    given(module("wrong", fails))
    found = results()["topic.wrong"]
    assert found.result.outcome == "inconclusive"
    assert found.problem.part == "checks/topic.wrong"


def test_nothing_is_run_beside_with_one_worker(given):
    given(module("long", finds))
    assert results(workers=1) == {}


def test_a_process_that_dies_leaves_its_checks_to_the_caller(given):
    given(module("dead", dies))
    assert results() == {}


def test_results_are_those_of_a_run_without_it():
    with Beside(image(), 2, BOUNDS) as beside:
        done = beside.results()
    assert {module.CHECK.id for module in checks() if module.CHECK.beside} == set(done)
    assert run_checks(image(), done=done) == run_checks(image())
