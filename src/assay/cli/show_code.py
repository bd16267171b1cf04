"""The machine-code views of `assay show`: what is asked, answered as text or as JSON."""

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from assay.code import CodeIndex
    from assay.model.record import Record

MOST = 5000


class Answer(NamedTuple):
    """What was asked for, an introduction for people, and one record a line."""

    title: str
    head: str
    lines: "Sequence[Record]"


def add_questions(how: "argparse._MutuallyExclusiveGroup") -> None:
    """Add the options that ask about machine code."""
    how.add_argument("--functions", action="store_true", help="the functions of its code")
    how.add_argument(
        "--calls", nargs="?", const="", metavar="FUNCTION", help="its calls, or those of FUNCTION"
    )
    how.add_argument("--xrefs", metavar="WHAT", help="what refers to an address, name or string")
    how.add_argument("--disassemble", metavar="FUNCTION", help="the code of one function")


def asked(arguments: argparse.Namespace) -> bool:
    """Say whether *arguments* ask about machine code."""
    texts = (arguments.calls, arguments.xrefs, arguments.disassemble)
    return arguments.functions or any(text is not None for text in texts)


def show_code(content: bytes, arguments: argparse.Namespace) -> None:
    """Print what *arguments* ask of the program *content*.

    Raises `UnknownName` for what is not in it and `UnreadableInput` for what is no program.
    """
    index = _index(content)
    answer = _answer(index, arguments)
    shown = answer.lines[: max(0, arguments.most)]
    left = len(answer.lines) - len(shown)
    if arguments.json:
        from assay._kernel import canonical

        told = {answer.title: list(shown), "left_out": left, "problems": index.problems}
        print(canonical.encode(told | {"isa": index.isa.name if index.isa else ""}).decode())
        return
    for text in filter(None, (*(f"note: {problem}" for problem in index.problems), answer.head)):
        print(text)
    for record in shown:
        for row in _ROWS[answer.title](record):
            print(row)
    if left:
        print(f"… {left} more; `--most {len(answer.lines)}` shows all.")


def _index(content: bytes) -> "CodeIndex":
    from assay.code import NotAnElf, index, index_raw
    from assay.errors import UnreadableInput

    if content.startswith(b"\x7fELF"):
        try:
            return index(content)
        except NotAnElf as error:
            advice = "`--hex` shows its bytes."
            raise UnreadableInput(f"the ELF file is damaged: {error}", advice=advice) from error
    found = index_raw(content)
    if found is None:
        raise UnreadableInput(
            "this is no ELF file and no bare image of a known processor",
            advice="`--strings` and `--hex` show any file.",
        )
    return found


def _answer(index: "CodeIndex", arguments: argparse.Namespace) -> Answer:
    from assay.code import answers
    from assay.code.lookup import function_called, function_label, places_of

    if arguments.functions:
        return Answer("functions", "", answers.functions(index))
    if arguments.calls is not None:
        chosen = function_called(index, arguments.calls) if arguments.calls else None
        return Answer("calls", "", answers.calls(index, chosen))
    if arguments.xrefs is not None:
        places = places_of(index, arguments.xrefs)
        listed = ", ".join(f"{place:#x}" for place in places)
        return Answer("references", f"to {listed}", answers.references(index, places))
    number = function_called(index, arguments.disassemble)
    callers = ", ".join(answers.callers(index, number)) or "nothing that was found"
    head = f"{function_label(index, number)}: called by {callers}"
    return Answer("instructions", head, answers.disassembly(index, number))


def _function_rows(one: Any) -> Iterator[str]:  # noqa: ANN401 - one of the records of `answers`
    doubt = "" if one.certain else "  (found in a gap)"
    yield (
        f"{one.address:#010x}  {one.size:>6} bytes  {one.calls:>4} calls"
        f"  {one.callers:>4} callers  {one.name}{doubt}"
    )


def _call_rows(one: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    listed = ", ".join(text or "?" for text in one.arguments)
    how = "  (tail call)" if one.tail else ""
    yield f"{one.address:#010x}  {one.function}: {one.callee or '?'}({listed}){how}"


def _reference_rows(one: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    where = f"{one.function}: " if one.function else ""
    yield f"{one.address:#010x}  {one.how:9}  {where}{one.says}".rstrip()


def _instruction_rows(one: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    comment = f"; {one.comment}" if one.comment else ""
    yield f"{one.label:>4} {one.address:#010x}  {one.bytes:<16}  {one.says:<40} {comment}".rstrip()


_ROWS = {
    "functions": _function_rows,
    "calls": _call_rows,
    "references": _reference_rows,
    "instructions": _instruction_rows,
}
