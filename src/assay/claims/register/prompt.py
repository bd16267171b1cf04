"""Review in a terminal: what waits, one by one; each decision is kept before the next is asked.

Asking, showing and saving are handed in, so that any dialogue can use it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from assay.claims.register import review
from assay.claims.register.collection import Register
from assay.claims.report.lines import one_line
from assay.errors import AssayError, UsageError

QUESTION = "  a accept · e edit · r reject · m merge · s skip · q stop · ? help > "
HELP = """\
  a  it is right as it stands
  e  change fields, such as: act=deny
  r  it is wrong; the reason is recorded
  m  the same claim as another one: name its id
  s  decide later; it will be asked again
  q  stop; what was decided is kept"""


class Prompt(NamedTuple):
    """A reviewer: how to ask, to show and to save; who decides, on which day, why by default."""

    ask: Callable[[str], str]
    show: Callable[[str], None]
    save: Callable[[], None]
    who: str
    when: str
    why: str = ""


def review_waiting(register: Register, prompt: Prompt) -> int:
    """Go through what waits and return the number of decisions; an interruption loses none."""
    decided = 0
    rows = review.waiting(register)
    try:
        for place, (kind, row) in enumerate(rows, 1):
            if not _still_waits(register, kind, row):
                continue
            title = f"\n[{place}/{len(rows)}] {kind[:-1]} {row.id}"
            prompt.show(f"{title}\n  {one_line(kind, row, register)}")
            answer = _decide(register, row.id, prompt)
            if answer == "q":
                break
            if answer != "s":
                decided += 1
                prompt.save()
    except (KeyboardInterrupt, EOFError):
        prompt.show("")
    prompt.save()
    left = len(review.waiting(register))
    prompt.show(f"{decided} decisions by {prompt.who} on {prompt.when} kept; {left} records wait")
    return decided


def _still_waits(register: Register, kind: str, row: Any) -> bool:  # noqa: ANN401 - any record
    """Tell whether no earlier decision has settled or removed *row*."""
    now = register.get(kind, row.id)
    return now is not None and now.status == "proposed"


def _decide(register: Register, identity: str, prompt: Prompt) -> str:
    """Ask until there is a decision on the record *identity*; return the letter of it."""
    while True:
        letter = prompt.ask(QUESTION).strip().lower()[:1]
        if letter in {"s", "q"}:
            return letter
        action = _ACTIONS.get(letter)
        if action is None:
            prompt.show(HELP)
            continue
        try:
            action(register, identity, prompt)
        except AssayError as error:
            prompt.show(f"  {error} {error.advice}".rstrip())
            continue
        return letter


def _accept(register: Register, identity: str, prompt: Prompt) -> None:
    review.accept(register, identity, who=prompt.who, when=prompt.when, why=prompt.why)


def _reject(register: Register, identity: str, prompt: Prompt) -> None:
    review.reject(register, identity, who=prompt.who, when=prompt.when, why=_reason(prompt))


def _edit(register: Register, identity: str, prompt: Prompt) -> None:
    kind, _ = register.find(identity)
    prompt.show(f"  fields: {', '.join(review.EDITABLE[kind])}")
    changes: dict[str, str] = {}
    while True:
        field, equals, value = prompt.ask("  FIELD=VALUE (empty when done) > ").partition("=")
        if not field.strip():
            break
        if not equals:
            raise UsageError(f"{field.strip()!r} is not FIELD=VALUE", advice="Such as act=deny.")
        changes[field.strip()] = value.strip()
    why = _reason(prompt) if changes else "-"
    review.edit(register, identity, changes, who=prompt.who, when=prompt.when, why=why)


def _merge(register: Register, identity: str, prompt: Prompt) -> None:
    into = prompt.ask("  id of the claim that it is the same as > ").strip()
    why = _reason(prompt)
    review.merge(register, identity, into, who=prompt.who, when=prompt.when, why=why)


def _reason(prompt: Prompt) -> str:
    return prompt.ask("  why? > ").strip() or prompt.why


_ACTIONS: dict[str, Callable[[Register, str, Prompt], None]] = {
    "a": _accept,
    "e": _edit,
    "r": _reject,
    "m": _merge,
}
