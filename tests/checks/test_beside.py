"""Checks shared by two processes: same results, and all to the caller where that cannot be."""

import os
import time
from types import SimpleNamespace

import pytest
from tests.checks.test_runner import NODE, image as bare

from assay._kernel.workers import Bounds
from assay.checks import beside as beside_module
from assay.checks.beside import Beside
from assay.checks.check import Check, attribute
from assay.checks.runner import checks, run_checks
from assay.inventory.examiner import examiner
from assay.inventory.image import Inventory

BOUNDS = Bounds(memory=8 << 30, seconds=60)


def module(name, run, **marks):
    check = Check(
        id=f"topic.{name}", version=1, title="Title", severity="high", about="About.",
        looks_at="things", not_a_finding="Nothing.", **marks,
    )  # fmt: skip
    return SimpleNamespace(CHECK=check, run=run)


def finds(_, scope):
    scope.saw()
    time.sleep(0.05)  # so that neither process takes all
    yield checks()[0].CHECK.finding(NODE, f"Seen by {os.getpid()}.", [attribute(NODE, "mode")])


def fails(*_):
    raise KeyError("x")
    yield


def dies(*_):
    if os.getpid() != MAIN:
        os._exit(3)
    yield


def never(*_):
    pytest.fail("it was run")
    yield


MAIN = os.getpid()


def image(shape=Inventory):
    kinds = [one.KIND for one in examiner().modules]
    return shape([NODE], {}, kinds, bare().coverage)


@pytest.fixture
def given(monkeypatch):
    def use(*modules):
        monkeypatch.setattr(beside_module, "checks", lambda: modules)

    return use


def results(workers=2, *, wait=0.0):
    with Beside(image(), workers, BOUNDS) as beside:
        time.sleep(wait)
        return beside.results()


def test_two_processes_share_the_checks(given):
    given(*(module(f"number-{number}", finds) for number in range(20)))
    found = results()
    assert len(found) == 20
    seen = {one.result.findings[0].says for one in found.values()}
    assert len(seen) == 2
    assert f"Seen by {os.getpid()}." in seen


def test_long_checks_are_begun_first(given):
    given(module("short", finds), module("long", finds, long=True))
    assert list(results(wait=0.02)) == ["topic.short", "topic.long"]


def test_what_needs_components_is_left_to_the_caller(given):
    given(module("late", never, needs_components=True), module("early", finds))
    assert list(results()) == ["topic.early"]


def test_failures_come_back_as_problems(given):
    given(module("wrong", fails))
    found = results(wait=0.3)["topic.wrong"]
    assert found.result.outcome == "inconclusive"
    assert found.problem.part == "checks/topic.wrong"


def test_with_one_worker_all_is_left_to_the_caller(given):
    given(module("early", finds))
    assert results(workers=1) == {}


def test_a_process_that_dies_leaves_what_it_began_to_the_caller(given):
    given(module("dead", dies, long=True), module("other", finds))
    assert "topic.dead" not in results(wait=0.3)


def test_results_are_those_of_a_run_without_it():
    with Beside(image(), 2, BOUNDS) as beside:
        done = beside.results()
    early = {one.CHECK.id for one in checks() if not one.CHECK.needs_components}
    assert early == set(done)
    assert run_checks(image(), done=done) == run_checks(image())


def test_checks_that_do_not_need_components_give_the_same_before_they_are_there():
    early = [one for one in checks() if not one.CHECK.needs_components]
    looked = []

    class Watched(Inventory):
        def __getattribute__(self, name):
            if name in {"components", "flaws", "flaw_search", "declared"}:
                looked.append(name)
            return super().__getattribute__(name)

    watched = image(Watched)
    looked.clear()
    run_checks(watched, early)
    assert looked == []
