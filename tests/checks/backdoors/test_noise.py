"""Five findings of a program above the line, the gravest ones; the rest is kept back."""

from assay.checks.backdoors.noise import MOST, above_the_line, score
from assay.checks.check import Check
from assay.model.tree import Node, Origin

ORIGIN = Origin(container="a" * 64, format="tar", offset=0, length=1)


def finding(name, severity="high", confidence="firm", says="input; then", path="bin/tool"):
    check = Check(
        id=name, version=1, title="t", severity="high", about="", looks_at="", not_a_finding=""
    )
    node = Node(path=path, kind="file", origin=ORIGIN, blob="b" * 64, size=1)
    return check.finding(node, says, [], severity=severity, confidence=confidence)


def test_at_most_five_of_one_program():
    many = [finding("backdoors.second-password", says=f"number {one}") for one in range(9)]
    above, below = above_the_line(many)
    assert (len(above), len(below)) == (MOST, 4)
    assert above == [one for one in many if one in above]


def test_the_gravest_are_above():
    weak = [
        finding("backdoors.second-password", "medium", "tentative", f"number {one}")
        for one in range(6)
    ]
    strong = finding("backdoors.command-after-constant", says="input from recv (port 99)")
    above, below = above_the_line([*weak, strong])
    assert strong in above
    assert len(below) == 2


def test_what_weighs_little_is_below_the_line():
    noise = finding("backdoors.odd-constant", "low", "tentative")
    assert above_the_line([noise]) == ([], [noise])


def test_other_topics_are_always_shown():
    others = [finding("accounts.empty-password", "low", "tentative", f"a {n}") for n in range(9)]
    assert above_the_line(others) == (others, [])


def test_programs_do_not_take_each_others_places():
    many = [
        finding("backdoors.second-password", says=f"number {one}", path=f"bin/tool{place}")
        for place in range(3)
        for one in range(MOST)
    ]
    assert above_the_line(many)[1] == []


def test_reach_authentication_and_certainty_count():
    plain = finding("backdoors.hidden-entry")
    assert score(finding("backdoors.command-after-constant")) > score(plain)
    assert score(finding("backdoors.hidden-entry", says="input from recv")) > score(plain)
    assert score(finding("backdoors.hidden-entry", confidence="tentative")) < score(plain)
