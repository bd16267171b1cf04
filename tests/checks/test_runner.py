from types import SimpleNamespace

import pytest

from assay.checks.check import Check, absence, at, attribute
from assay.checks.runner import NO_FILES, checks, run_checks
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.model.result import Coverage
from assay.model.tree import Node, Origin

CHECK = Check(
    id="topic.name", version=1, title="Title", severity="high", about="About.",
    looks_at="things", not_a_finding="Nothing.",
)  # fmt: skip
NODE = Node(
    path="etc/x", kind="file", blob="ab" * 32, size=4,
    origin=Origin(container="cd" * 32, format="tar", offset=512, length=4),
)  # fmt: skip


def image(nodes=(NODE,), unread=0):
    covered = Coverage(
        size=10, parsed=10, padding=0, encrypted=0, unknown=0, files=1, files_unread=unread
    )
    return Inventory(nodes, {}, [], covered)


def outcome(run, check=CHECK, inventory=None):
    results, problems = run_checks(inventory or image(), [SimpleNamespace(CHECK=check, run=run)])
    return results[0], problems


def sees(_, scope):
    scope.saw()
    return iter(())


def finds(_, scope):
    scope.saw()
    yield CHECK.finding(NODE, "It is so.", [attribute(NODE, "mode 0777")])


def test_outcomes():
    assert outcome(sees)[0].outcome == "clear"
    assert outcome(finds)[0].outcome == "found"
    assert outcome(lambda *_: iter(()))[0].outcome == "not-applicable"
    assert outcome(sees, inventory=image(unread=2))[0].outcome == "inconclusive"
    assert outcome(sees, inventory=image(nodes=()))[0].gaps == (NO_FILES,)


def test_absence_of_subjects_may_prove_nothing():
    strict = Check(
        id="topic.name", version=1, title="T", severity="low", about="A.", looks_at="l",
        not_a_finding="n", applies=False,
    )  # fmt: skip
    assert outcome(lambda *_: iter(()), strict)[0].outcome == "inconclusive"


def test_a_failing_check_is_a_problem_and_never_clear():
    def fails(_, scope):
        scope.saw()
        raise KeyError("x")

    result, problems = outcome(fails)
    assert result.outcome == "inconclusive"
    assert problems[0].part == "checks/topic.name"


def test_the_same_finding_has_the_same_id_once():
    def twice(inventory, scope):
        yield from finds(inventory, scope)
        yield from finds(inventory, scope)

    result, _ = outcome(twice)
    assert len(result.findings) == 1
    assert result.findings[0].id == outcome(finds)[0].findings[0].id


def test_evidence_points_at_the_right_bytes():
    assert at(NODE, Span(3, 5, "hello")).offset == 3
    assert attribute(NODE, "x").blob == "cd" * 32
    assert attribute(NODE, "x").offset == 512
    assert absence(NODE, "x").length == 4


@pytest.mark.parametrize("module", checks(), ids=lambda module: module.CHECK.id)
def test_every_check_is_documented(module):
    check = module.CHECK
    assert check.id.split(".")[0] == module.__name__.split(".")[-2]
    assert check.about.endswith(".")
    assert check.not_a_finding.endswith(".")
    assert not check.looks_at.endswith(".")
    assert check.title
    assert not check.title.endswith(".")


def test_ids_are_unique():
    ids = [module.CHECK.id for module in checks()]
    assert len(ids) == len(set(ids))
