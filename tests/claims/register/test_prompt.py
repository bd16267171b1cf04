"""Review in a terminal: decisions with who and why, resumed later, interrupted without loss."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay.claims.extract import extract
from assay.claims.register import review, storage
from assay.claims.register.collection import Register
from assay.claims.register.prompt import Prompt, review_waiting

TEXTS = (
    b"Acme makes gear. Ann Lee said that Acme gear contains a backdoor. Acme sells it.\n",
    b"Acme makes gear. Bob Ray said that the Acme R700 contains a backdoor. Acme sells it.\n",
)


class Reviewer:
    """Somebody who types prepared answers, and what was shown to him."""

    def __init__(self, path: Path, *answers: str | type[BaseException]) -> None:
        self.path = path
        self.register = storage.load(path)
        self.shown: list[str] = []
        self._answers: Iterator[str | type[BaseException]] = iter(answers)

    def ask(self, question: str) -> str:
        """Return the next prepared answer, or raise it."""
        self.shown.append(question)
        answer = next(self._answers)
        if isinstance(answer, str):
            return answer
        raise answer

    def review(self) -> int:
        """Review what waits and return the number of decisions."""
        prompt = Prompt(
            self.ask,
            self.shown.append,
            lambda: storage.save(self.register, self.path),
            who="Ann",
            when="2024-05-01",
        )
        return review_waiting(self.register, prompt)


@pytest.fixture(params=["register", "register.sqlite"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    register = Register()
    for text in TEXTS:
        register.add(extract(text))
    storage.save(register, tmp_path / request.param)
    return tmp_path / str(request.param)


def _decisions(path: Path) -> dict[str, tuple[str, str, str]]:
    kept = storage.load(path).all("decisions")
    return {one.record: (one.action, one.who, one.why) for one in kept}


def test_each_decision_is_kept_with_who_and_why(path: Path) -> None:
    first, second, claim, other = (row.id for _, row in review.waiting(storage.load(path)))
    edit = ["e", "act=deny", "mode=direct", "", "read again"]
    assert Reviewer(path, *edit, "a", "m", other, "the same", "r", "no claim").review() == 4
    assert _decisions(path) == {
        first: ("edit", "Ann", "read again"),
        second: ("accept", "Ann", ""),
        claim: ("merge", "Ann", "the same"),
        other: ("reject", "Ann", "no claim"),
    }
    kept = storage.load(path)
    assert (kept.get("statements", first).act, kept.get("statements", first).mode) == (
        "deny",
        "direct",
    )
    assert kept.get("claims", claim) is None
    assert len(kept.get("claims", other).assertions) == 2


def test_a_second_session_asks_only_for_the_rest(path: Path) -> None:
    total = len(review.waiting(storage.load(path)))
    assert Reviewer(path, "a", "s", "q").review() == 1
    again = Reviewer(path, *["a"] * total)
    assert again.review() == total - 1
    assert review.waiting(storage.load(path)) == []
    assert Reviewer(path).review() == 0


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, EOFError])
def test_an_interruption_loses_nothing(path: Path, interruption: type[BaseException]) -> None:
    total = len(review.waiting(storage.load(path)))
    assert Reviewer(path, "a", "r", interruption).review() == 1
    assert [action for action, _, _ in _decisions(path).values()] == ["accept"]
    assert len(review.waiting(storage.load(path))) == total - 1


def test_each_decision_is_on_disk_before_the_next_question(path: Path) -> None:
    seen: list[int] = []
    reviewer = Reviewer(path, "a", "a", "q")
    asked: Callable[[str], str] = reviewer.ask

    def ask(question: str) -> str:
        seen.append(len(_decisions(path)))
        return asked(question)

    reviewer.ask = ask  # type: ignore[method-assign]
    reviewer.review()
    assert seen == [0, 1, 2]


def test_what_cannot_be_done_is_said_and_asked_again(path: Path) -> None:
    reviewer = Reviewer(
        path, "?", "x", "r", "", "e", "mode", "e", "", "m", "ffff0000", "same", "a", "q"
    )
    assert reviewer.review() == 1
    shown = "\n".join(reviewer.shown)
    for words in ("needs a reason", "is not FIELD=VALUE", "nothing cannot be changed", "ffff0000"):
        assert words in shown
    assert [action for action, _, _ in _decisions(path).values()] == ["accept"]
