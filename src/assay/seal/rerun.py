"""Comparison of a sealed evaluation with one made anew: identical, or where they part.

The run record takes no part in it. When tool, data or options differ, that is said first,
because it explains the rest.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from assay._kernel import canonical
from assay.errors import BrokenBundle, UnreadableInput
from assay.model.record import Record
from assay.model.result import Evaluation, Option, Subject
from assay.unpack.limits import Limits

EXCERPT = 200
"""The most characters of a value that a difference shows."""

DIGITS = 20
MOST_TIMES = 64
"""How many times the usual limits a bundle may ask for when its evaluation is made anew."""

Cause = Literal["image", "tool", "options"]
R = TypeVar("R", bound=Record)


class Difference(Record):
    """A place (JSON pointer, RFC 6901) where two evaluations differ, and what each has there.

    The values are canonical JSON, shortened; empty where there is nothing at the place.
    """

    pointer: str
    sealed: str
    fresh: str


class Comparison(Record):
    """Whether two evaluations are the same in every byte.

    `causes` are the likely reasons, `difference` is the first place apart from those.
    """

    identical: bool
    causes: tuple[Cause, ...] = ()
    difference: Difference | None = None

    @property
    def comparable(self) -> bool:
        """Whether both come from the same image, tool and options."""
        return not self.causes


_FIELDS: Mapping[Cause, tuple[str, ...]] = {
    "image": ("subject",), "tool": ("schema", "tool"), "options": ("profile", "options"),
}  # fmt: skip


def compare(sealed: Evaluation, fresh: Evaluation) -> Comparison:
    """Return how *fresh* compares with *sealed*."""
    return parted(sealed, fresh, _FIELDS)


def parted(sealed: R, fresh: R, fields: Mapping[Cause, tuple[str, ...]]) -> Comparison:
    """Return how two records of one sort compare; *fields* hold what explains the rest."""
    if canonical.encode(sealed) == canonical.encode(fresh):
        return Comparison(identical=True)
    before, after = msgspec.to_builtins(sealed), msgspec.to_builtins(fresh)
    causes = tuple(
        cause
        for cause, names in fields.items()
        if any(before[name] != after[name] for name in names)
    )
    explained = {name for names in fields.values() for name in names} if causes else set()
    rest = [{k: v for k, v in whole.items() if k not in explained} for whole in (before, after)]
    found = first_difference(*rest) or first_difference(before, after)
    return Comparison(identical=False, causes=causes, difference=found)


def other_image(subject: Subject, path: Path) -> Comparison | None:
    """Return the comparison when *path* is a file other than the sealed *subject*, else None.

    This spares evaluating an image that cannot give the same result.
    """
    if subject.kind != "image" or not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error
    if found == subject.sha256:
        return None
    difference = Difference(
        pointer="/subject/sha256", sealed=_shown(subject.sha256), fresh=_shown(found)
    )
    return Comparison(identical=False, causes=("image",), difference=difference)


def sealed_limits(options: Iterable[Option]) -> Limits:
    """Return the limits under which something sealed was made, as its *options* record them.

    Raises BrokenBundle for limits that this Assay does not have, or that a bundle from somebody
    else has no business to ask for.
    """
    prefix = "limit."
    stated = {
        option.name.removeprefix(prefix): option.value
        for option in options
        if option.name.startswith(prefix)
    }
    try:
        limits = Limits(**{name: int(value[:DIGITS]) for name, value in stated.items()})
    except (TypeError, ValueError) as error:
        raise BrokenBundle(
            "the bundle was made under limits that this Assay does not know",
            advice="Use the Assay that made it.",
        ) from error
    for name in stated:
        if not 0 < getattr(limits, name) <= getattr(Limits(), name) * MOST_TIMES:
            raise BrokenBundle(
                f"the bundle asks for a limit that is out of bounds: {name}",
                advice="Evaluate the image yourself and compare the results.",
            )
    return limits


def first_difference(sealed: Any, fresh: Any) -> Difference | None:  # noqa: ANN401 - plain JSON values
    """Return the first place where two JSON values differ, in the order of canonical JSON."""
    pointer = ""
    while True:
        step = _step(sealed, fresh)
        if step is None:
            break
        pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
        sealed, fresh = _at(sealed, step), _at(fresh, step)
    if (
        sealed is _NOTHING
        or fresh is _NOTHING
        or canonical.encode(sealed) != canonical.encode(fresh)
    ):
        return Difference(pointer=pointer, sealed=_shown(sealed), fresh=_shown(fresh))
    return None


class _Nothing:
    """What is at a place that does not exist."""


_NOTHING = _Nothing()


def _step(sealed: Any, fresh: Any) -> str | int | None:  # noqa: ANN401 - plain JSON values
    """Return the key or index at which two containers of one kind first differ."""
    if isinstance(sealed, dict) and isinstance(fresh, dict):
        keys = sorted(sealed.keys() | fresh.keys())
        return next((key for key in keys if _differs(sealed, fresh, key)), None)
    if isinstance(sealed, list | tuple) and isinstance(fresh, list | tuple):
        places = range(max(len(sealed), len(fresh)))
        return next((place for place in places if _differs(sealed, fresh, place)), None)
    return None


def _differs(sealed: Any, fresh: Any, step: str | int) -> bool:  # noqa: ANN401 - plain JSON values
    first, second = _at(sealed, step), _at(fresh, step)
    if first is _NOTHING or second is _NOTHING:
        return True
    return type(first) is not type(second) or bool(first != second)


def _at(value: Any, step: str | int) -> Any:  # noqa: ANN401 - plain JSON values
    try:
        return value[step]
    except (KeyError, IndexError):
        return _NOTHING


def _shown(value: Any) -> str:  # noqa: ANN401 - plain JSON values
    if value is _NOTHING:
        return ""
    text = canonical.encode(value).decode()
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
