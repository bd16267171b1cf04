"""The section of changed places to read: of each changed program the first few, in order.

No findings: every change of the code or the data that is not explained by building anew is in the
list of its program, the ones that bear most on access in front.
"""

from assay.code.changes import Changes, ProgramChange
from assay.compare.versions.records import Entry, Section
from assay.model.tree import Node

NAME, TITLE = "places", "Changed places of programs to read first"
FIRST = 5
"""The places of one program that are shown without being asked for all."""

NOTE = (
    "A reading list, not a list of flaws: what changed in each program, in the order of how much "
    "it bears on access."
)


def places_section(found: list[tuple[Node, Changes]], *, everything: bool) -> Section:
    """Return the places of all programs of *found*; *everything* adds those behind the first."""
    ranked = [
        (-one.rank, node.path, number, node, one)
        for node, changes in found
        for number, one in enumerate(changes.places if everything else changes.places[:FIRST], 1)
    ]
    ranked.sort(key=lambda one: one[:3])
    entries = [_entry(node, number, one) for _, _, number, node, one in ranked]
    listed = sum(changes.listed for _, changes in found)
    programs = sum(bool(changes.listed) for _, changes in found)
    return Section(
        name=NAME,
        title=TITLE,
        entries=tuple(entries),
        same=sum(not changes.listed for _, changes in found),
        counts=f"{len(entries)} of {listed} places in {programs} programs" if listed else "",
        note=_note(found, len(entries), listed),
    )


def _note(found: list[tuple[Node, Changes]], shown: int, listed: int) -> str:
    words = [NOTE]
    anew = sum(changes.anew for _, changes in found)
    if anew:
        words.append(f"{anew} programs were built in another way: of them only new texts, "
                     "constants and calls are listed.")  # fmt: skip
    kept = sum(len(changes.places) for _, changes in found)
    if shown < kept:
        words.append(f"{kept - shown} are behind --all.")
    if kept < listed:
        words.append(f"{listed - kept} of the least weight are counted only.")
    return " ".join(words)


def _entry(node: Node, number: int, one: ProgramChange) -> Entry:
    return Entry(
        change="changed",
        weight="neutral",
        what=f"{node.inner}, {number}: {one.what}",
        where=f"{node.inner} [code.{one.sort}]",
        note=place_of(one),
    )


def place_of(one: ProgramChange) -> str:
    """Return where a change is, in words: function, offset in the file, the instruction."""
    named = f" ({one.function_name})" if one.function_name else ""
    words = [f"function at {one.function:#x}{named}" if one.function >= 0 else ""]
    words.append(f"file offset {one.offset:#x}" if one.offset >= 0 else "")
    middle = one.code[len(one.code) // 2] if one.code else ""
    words.append(f"`{middle}`" if middle else "")
    return ", ".join(word for word in words if word)
