"""Published constants that a file holds in a changed form: beside exact ones, or nearly exact.

A curve whose base point is another one, a prime or a table with some other bytes: the program
works, and whoever chose the numbers may know more about them than its users.
Reference: Checkoway et al., "A systematic analysis of the Juniper Dual EC incident" (CCS 2016).
"""

from collections import defaultdict
from collections.abc import Iterator
from ctypes import c_char_p, c_int64, c_void_p
from functools import cache
from typing import Any

import numpy as np

from assay._native import kernel
from assay.code.access.record import Access
from assay.code.access.standards import PIECE, Place, curves, places
from assay.code.native import address_of

SHAPE = "changed-standard"
NEAR, POOLS = 4_096, 1 << 16
MOST_OF, HALF_OF = 60, 45
"""How many in a hundred bytes of a long constant have to be as published; fewer suffice of a table
that is as published up to one run of words and behind it."""

WORD, TABLE = 4, 128
LONG = 48
FEWEST = 20
MOST = 4
NAMES = {"x": "base point (x)", "y": "base point (y)", "b": "coefficient b", "n": "order"}


def changed_standards(content: bytes) -> tuple[Access, ...]:
    """Return the published constants that *content* holds in a changed form, by offset."""
    found = places(content)
    if not found:
        return ()
    exact = [one for one in found if one.exact]
    altered = [*_altered_blocks(content, found, exact), *_altered_curves(content, found, exact)]
    ordered = sorted(altered, key=lambda one: (one.compare_offset, one.trigger))
    return tuple({one.compare_offset: one for one in reversed(ordered)}.values())[::-1][:MOST]


def _altered_blocks(content: bytes, found: list[Place], exact: list[Place]) -> Iterator[Access]:
    """Yield the moduli and tables of which most bytes are as published, but not all."""
    long = [one for one in found if not one.form.member and not one.exact]
    chosen: list[Place] = []
    for one in sorted(long, key=lambda each: (-each.equal, each.offset)):
        size = len(one.form.content)
        run = size >= TABLE and _is_one_change(content, one)
        if one.equal * 100 < (HALF_OF if run else MOST_OF) * size or _is_rearranged(content, one):
            continue
        if not any(_overlap(one, other) for other in (*exact, *chosen)):
            chosen.append(one)
            words = f"{size - one.equal} of {size} bytes differ from those published"
            yield _access(one.offset, one.form.group, "", words, one.form.order)


def _differing(content: bytes, one: Place) -> list[bytes]:
    """Return the words, as published, in whose place others stand."""
    published, held = one.form.content, content[one.offset : one.end]
    return [
        published[at : at + WORD]
        for at in range(0, len(published) - WORD + 1, WORD)
        if published[at : at + WORD] != held[at : at + WORD]
    ]


def _is_one_change(content: bytes, one: Place) -> bool:
    """Say whether the words that differ lie together, with published bytes on either side.

    A literal pool leaves words out here and there; a piece of a table has but one side.
    """
    if one.spread <= PIECE:
        return True
    published, held = one.form.content, content[one.offset : one.end]
    framed = held[:PIECE] == published[:PIECE] and held[-PIECE:] == published[-PIECE:]
    return framed and one.spread * 10 <= len(_differing(content, one)) * WORD * 13


def _is_rearranged(content: bytes, one: Place) -> bool:
    """Say whether the words that differ stand nearby all the same, as in a literal pool."""
    words = _differing(content, one)
    near = content[max(0, one.offset - POOLS) : one.end + POOLS]
    return bool(words) and _standing(near, words) * 2 > len(words)


def _standing(near: bytes, words: list[bytes]) -> int:
    """Return how many of *words*, of WORD bytes each, stand somewhere in *near*."""
    search = _search()
    if search is None:
        return sum(word in near for word in words)
    values, times = np.unique(np.frombuffer(b"".join(words), dtype="<u4"), return_counts=True)
    found = np.zeros(values.size, dtype=np.bool_)
    search(near, len(near), address_of(values), values.size, address_of(found))
    return int(times[found].sum())


@cache
def _search() -> Any:  # noqa: ANN401 - a function of ctypes, or None
    return kernel("standards_words", c_char_p, c_int64, c_void_p, c_int64, c_void_p)


def _overlap(one: Place, other: Place) -> bool:
    return one.offset < other.end and other.offset < one.end


def _altered_curves(content: bytes, found: list[Place], exact: list[Place]) -> Iterator[Access]:
    """Yield the numbers of curves that are missing beside others of the same curve."""
    groups: dict[tuple[str, str], dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for one in exact:
        if one.form.member:
            groups[one.form.group, one.form.order][one.form.member].append(one)
    for (group, order), members in sorted(groups.items()):
        if len(members) < 2:
            continue
        for member in ("x", "y", "b", "n"):
            if member not in members:
                yield from _partial(found, members, (group, order, member))
        if ("x" in members) != ("y" in members):
            yield from _beside(content, members, (group, order), exact)
        elif "x" not in members:
            yield from _other_points(content, members, (group, order))


def _partial(
    found: list[Place], members: dict[str, list[Place]], wanted: tuple[str, str, str]
) -> Iterator[Access]:
    """Yield the member of which a part is as published, near others that are whole."""
    near = [one for held in members.values() for one in held]
    for one in found:
        form = one.form
        if (form.group, form.order, form.member) == wanted and any(
            abs(one.offset - other.offset) < NEAR for other in near
        ):
            size = len(form.content)
            words = f"{size - one.equal} of {size} bytes differ from those published"
            yield _access(one.offset, form.group, form.member, words, form.order)
            return


def _beside(
    content: bytes, members: dict[str, list[Place]], named: tuple[str, str], exact: list[Place]
) -> Iterator[Access]:
    """Yield what stands in the place of one half of the base point whose other half is right."""
    group, order = named
    missing, half = ("x", "y") if "y" in members else ("y", "x")
    for one in members[half]:
        size = len(one.form.content)
        start = one.offset - size if missing == "x" else one.end
        block = content[start : start + size] if start >= 0 else b""
        other = any(start < place.end and place.offset < start + size for place in exact)
        if len(block) == size and not other and len(set(block)) * 2 >= min(size, LONG):
            words = "the other half of the point is as published, this one is another number"
            yield _access(start, group, missing, words, order)
            return


def _other_points(
    content: bytes, members: dict[str, list[Place]], named: tuple[str, str]
) -> Iterator[Access]:
    """Yield a point of the curve that is not its base point, where its numbers stand."""
    group, order = named
    if order not in ("big-endian bytes", "little-endian bytes"):
        return
    curve = curves()[group]
    place = min((one for held in members.values() for one in held), key=lambda one: one.offset)
    size = len(place.form.content)
    little = order.startswith("little")
    prime = curve["p"]
    for start in range(max(0, place.offset - 6 * size), place.offset + 6 * size):
        pair = content[start : start + 2 * size]
        if len(pair) < 2 * size or len(set(pair)) < FEWEST:
            continue
        x = int.from_bytes(pair[:size], "little" if little else "big")
        y = int.from_bytes(pair[size:], "little" if little else "big")
        on_curve = (y * y - (x * x + curve["a"]) * x - curve["b"]) % prime == 0
        if on_curve and 0 < x < prime:
            yield _access(start, group, "x", "it is a point of the curve, but another one", order)
            return


def _access(offset: int, group: str, member: str, words: str, order: str) -> Access:
    part = f"the {NAMES[member]} of {group}" if member else f"the {group}"
    return Access(
        shape=SHAPE,
        function=-1,
        function_name="",
        source="the file's own constants",
        trigger=f"{part}, written as {order}, is not the published one: {words}",
        constant="",
        payload="the numbers were chosen by somebody else than those who published the standard",
        rank=760,
        confidence="firm",
        compare=-1,
        compare_offset=offset,
        sink=-1,
        sink_offset=-1,
    )
