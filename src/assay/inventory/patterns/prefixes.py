"""What every match of an expression begins with, so that a plain search finds where one may be.

Serves the pattern library: `bytes.find` is many times faster than a search for an expression. What
an expression is made of is taken from the parser of `re`.
"""

import re
from typing import Any

MOST, SHORTEST = 8, 3
"""How many texts are looked for instead of an expression, and how long each is at least."""
MOST_LETTERS = 4

Begins = tuple[list[bytes], bool]
"""Texts with which all that matches begins, and whether they are the whole of it."""

_parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001 - only it knows the parts


def prefixes(expression: bytes) -> tuple[bytes, ...]:
    """Return texts of which each match of *expression* begins with one; none where none tell."""
    tree = _parser.parse(expression, re.DOTALL)
    if tree.state.flags & re.IGNORECASE:
        return ()
    texts, _ = _of_sequence(tree)
    kept = [
        one for one in texts if not any(one != other and one.startswith(other) for other in texts)
    ]
    telling = all(len(one) >= SHORTEST for one in kept)
    return tuple(sorted(set(kept))) if kept and telling else ()


def _of_sequence(tree: Any) -> Begins:  # noqa: ANN401 - of the parser
    texts = [b""]
    for operation, value in tree:
        parts, whole = _of_item(str(operation), value)
        if not parts or len(texts) * len(parts) > MOST:
            return texts, False
        texts = [text + part for text in texts for part in parts]
        if not whole:
            return texts, False
    return texts, True


def _of_item(operation: str, value: Any) -> Begins:  # noqa: ANN401 - of the parser
    if operation == "LITERAL":
        return [bytes([value])], True
    if operation == "IN":
        return _letters(value), True
    if operation == "BRANCH":
        found = [_of_sequence(one) for one in value[1]]
        return [text for texts, _ in found for text in texts], all(whole for _, whole in found)
    if operation == "SUBPATTERN":
        _, added, removed, tree = value
        return ([], False) if added or removed else _of_sequence(tree)
    if operation == "MAX_REPEAT":
        return _of_repeat(*value)
    return [], False


def _letters(parts: Any) -> list[bytes]:  # noqa: ANN401 - of the parser
    letters: list[int] = []
    for operation, value in parts:
        if str(operation) == "LITERAL":
            letters.append(value)
        elif str(operation) == "RANGE" and value[1] - value[0] < MOST_LETTERS:
            letters.extend(range(value[0], value[1] + 1))
        else:
            return []
    return [bytes([one]) for one in letters] if len(letters) <= MOST_LETTERS else []


def _of_repeat(least: int, most: int, tree: Any) -> Begins:  # noqa: ANN401 - of the parser
    texts, whole = _of_sequence(tree)
    if least:
        return texts, whole and least == most == 1
    return ([b"", *texts], True) if whole and most == 1 else ([], False)
