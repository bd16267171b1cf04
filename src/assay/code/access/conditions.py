"""On what a function decides: input compared with a constant, in any of the usual ways.

A text by a library function, a number of three bytes or more, byte after byte, a digest, a text
that the program makes first. Each condition names the edge that control takes when it holds.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay.code.access.comparing import constant_of, equal_edges
from assay.code.access.inputs import Inputs
from assay.code.access.rarity import is_rare_number
from assay.code.access.words import HASHES
from assay.code.families import COMPARE, COMPARISONS
from assay.code.listing import STORE
from assay.code.memory import byte_order
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.study import Called, Decision, Study

if TYPE_CHECKING:
    from assay.code.access.answers import Answers

SHORTEST = 3
LARGE = 0xFFFF
LOWEST = 0x200
NEGATIVE = 0xFFFF0000
MAX_CHAIN = 64
COMPARED = frozenset({"const", "stack", "result"})
"""Kinds of values that could be a constant, or a text that the program makes."""

WRITTEN_DIGEST = lazy_re.compile(rb"[0-9a-fA-F]{16,}|[A-Za-z0-9+/]{20,}={0,2}|\$[0-9a-zA-Z]+\$.*")


class Condition(msgspec.Struct, frozen=True):
    """Input from `source` is compared at `row`; control takes `edge` when it is as asked.

    `how` is `text`, `number`, `bytes`, `digest` or `made`; `constant` are the bytes asked for,
    as far as they are known. `subject` is the value compared.
    """

    row: int
    edge: tuple[int, int]
    how: str
    source: str
    constant: bytes
    subject: Value | None = None
    place: int = 0
    width: int = 0

    @property
    def shown(self) -> str:
        """The constant as printable text, or as a number."""
        if self.constant and all(32 <= byte < 127 for byte in self.constant):
            return printable(self.constant)
        return "0x" + self.constant.hex() if self.constant else ""

    @property
    def words(self) -> str:
        """The condition in words."""
        shown = f"`{self.shown}`" if self.constant else "a text that the program makes itself"
        return {
            "text": f"is compared with {shown}",
            "number": f"is compared with the number {shown}",
            "bytes": f"is compared byte by byte with {shown}",
            "digest": f"comes where something computed is compared with {shown}",
            "made": "is compared with a text that the program makes itself",
        }[self.how]


def conditions(
    network: Network, study: Study, inputs: Inputs, answers: "Answers | None" = None
) -> list[Condition]:
    """Return the conditions on input in *study*, in order of their rows.

    *answers* tells what the program's own functions say of an argument, so that a comparison in
    a function of its own counts where its answer is decided on. Worked out once, except while
    the answers themselves are being read.
    """
    if answers is not None and answers.reading:
        return _found(network, study, inputs, answers)
    key = (study.function, inputs.own, answers is None, tuple(inputs.taint.regions))
    if key not in network.asked:
        network.asked[key] = _found(network, study, inputs, answers)
    return network.asked[key]


def _found(
    network: Network, study: Study, inputs: Inputs, answers: "Answers | None"
) -> list[Condition]:
    asked = list(_with_numbers(study))
    if not asked:
        return []
    by_row = {call[0]: call for call in study.calls}
    found: list[Condition] = []
    small: list[Condition] = []
    for decision, value, number in asked:
        if value is None:
            computed = _computed(inputs, decision, number)
            found += [computed] if computed is not None else []
            continue
        call = by_row.get(value.key) if value.kind == "result" else None  # type: ignore[call-overload]
        if call is not None and value.offset == 0:
            found += _by_call(network, inputs, decision, call, number)
            if answers is not None:
                found += _answered(answers, inputs, decision, call, number)
        else:
            one = _by_number(network, inputs, decision, value, number)
            if one is not None:
                (found if one.width >= SHORTEST else small).append(one)
    found += _chains(study, small)
    return sorted(_joined(study, [*found, *small]), key=lambda one: (one.row, one.edge))


def _with_numbers(study: Study) -> Iterator[tuple[Decision, Value | None, int]]:
    """Yield what the decisions of *study* compare with constants, and the constants."""
    for decision in study.decisions:
        _, _, left, right, _, _ = decision
        if right is not None and right[0] == "const":
            yield decision, left, right[2]
        if left is not None and left[0] == "const":
            yield decision, right, left[2]


def _by_call(
    network: Network, inputs: Inputs, decision: Decision, call: Called, number: int
) -> Iterator[Condition]:
    if number == 0:
        yield from _compared(network, inputs, decision, call)
    elif LARGE < number & 0xFFFFFFFF < NEGATIVE and call.name not in COMPARE:
        yield from _digested(network, inputs, decision, call, number)


def _answered(
    answers: "Answers", inputs: Inputs, decision: Decision, call: Called, number: int
) -> Iterator[Condition]:
    """Yield the conditions that a function of the program puts to what *call* hands it."""
    for argument, condition, value in answers.of(call.target):
        given = call.arguments[argument] if argument < len(call.arguments) else None
        source = inputs.source(given)
        if source:
            same = number & 0xFFFFFFFF == value & 0xFFFFFFFF
            edge = (decision.block, decision.equal if same else decision.different)
            if same or number == 0:
                yield replace(condition, edge=edge, source=source, subject=given)


def _compared(
    network: Network, inputs: Inputs, decision: Decision, call: Called
) -> Iterator[Condition]:
    given = call.arguments
    if call.name not in COMPARISONS and not _is_own(network, call):
        return
    if all(one is None or one[0] not in COMPARED for one in given[:2]):
        return
    for mine, theirs in ((given[0], given[1]), (given[1], given[0])):
        source = inputs.source(mine)
        if not source:
            digest = _digest_of(network, inputs, mine)
            constant = constant_of(network, call, theirs) if digest else b""
            if digest and len(constant) >= SHORTEST:
                how = "text" if _is_plain(constant) else "digest"
                for edge in equal_edges(network, decision, call):
                    yield Condition(call.row, edge, how, digest, constant, mine)
            continue
        constant = constant_of(network, call, theirs) or _on_stack(network, call, theirs)
        made = not constant and _is_made(network, inputs, call, theirs)
        if constant or made:
            how = "made" if made else "text"
            for edge in equal_edges(network, decision, call):
                yield Condition(call.row, edge, how, source, constant, mine)


def _is_plain(constant: bytes) -> bool:
    """Say whether *constant* is a word and no digest: then it was copied out, and not hashed."""
    return all(32 <= byte < 127 for byte in constant) and not WRITTEN_DIGEST.fullmatch(constant)


def undecided(network: Network, study: Study, inputs: Inputs) -> Iterator[tuple[Condition, Called]]:
    """Yield the comparisons with a constant that *study* makes but does not branch on."""
    comparing = [call for call in study.calls if call[3] in COMPARISONS]
    if not comparing:
        return
    decided = {
        value.key
        for decision in study.decisions
        for value in (decision.left, decision.right)
        if value is not None and value.kind == "result"
    }
    for call in comparing:
        if call.row in decided:
            continue
        given = call.arguments
        for mine, theirs in ((given[0], given[1]), (given[1], given[0])):
            source = inputs.source(mine)
            constant = constant_of(network, call, theirs) or _on_stack(network, call, theirs)
            made = not constant and bool(source) and _is_made(network, inputs, call, theirs)
            if source and (constant or made):
                how = "made" if made else "text"
                edge = (call.block, -1)
                yield Condition(call.row, edge, how, source, constant, mine), call


def _digest_of(network: Network, inputs: Inputs, value: Value | None) -> str:
    """Return the source of the input whose digest lies at *value*, empty when it is none."""
    if value is None or value.kind not in ("stack", "result"):
        return ""
    study = inputs.study
    into = study.filling(value)
    if not any(call.name in HASHES or _is_own(network, call) for call in into):
        return ""
    fed = into
    if any(call.name in HASHES for call in into):
        fed = [call for call in study.calls if call.name not in COMPARE]
    sources = (inputs.source(one) for call in fed for one in call.arguments)
    return next((one for one in sources if one), "")


def _is_own(network: Network, call: Called) -> bool:
    return network.function_at(call.target) >= 0


def _digested(
    network: Network, inputs: Inputs, decision: Decision, call: Called, number: int
) -> Iterator[Condition]:
    """Yield the condition that a function of the program makes one number of the input."""
    if not _is_own(network, call) and call.name not in HASHES | {"crc32", "adler32", "crc32_le"}:
        return
    source = next((one for one in map(inputs.source, call.arguments) if one), "")
    if source:
        constant = (number & 0xFFFFFFFF).to_bytes(4, "big")
        edge = (decision.block, decision.equal)
        subject = next(value for value in call.arguments if inputs.source(value))
        yield Condition(decision.row, edge, "digest", source, constant, subject)


def _on_stack(network: Network, call: Called, value: Value | None) -> bytes:
    """Return the text that constants stored on the stack make up at *value*."""
    if value is None or value.kind != "stack":
        return b""
    order = byte_order(network.index.program.order)
    text, place = b"", value.offset
    while len(text) < MAX_CHAIN:
        held, width = call.stack.get(place, (None, 0))
        if held is None or held.number is None or not width:
            return b""
        text += (held.number & ((1 << 8 * width) - 1)).to_bytes(width, order)
        if b"\0" in text:
            text = text.split(b"\0")[0]
            return text if len(text) >= SHORTEST else b""
        place += width
    return b""


def _is_made(network: Network, inputs: Inputs, call: Called, value: Value | None) -> bool:
    """Say whether the program writes *value* from its own constant bytes."""
    if value is None or value.kind not in ("stack", "result") or inputs.source(value):
        return False
    memory = network.index.program.memory
    if value.kind == "stack" and _is_written(network, inputs.study, call):
        return True
    for one in inputs.study.filling(value):
        if one.row == call.row or not _is_own(network, one):
            continue
        numbers = [given.number for given in one.arguments if given is not None and given.number]
        held = [memory.bytes_at(number, 4) for number in numbers if number > LOWEST]
        if any(held) and not any(inputs.source(given) for given in one.arguments):
            return True
    return False


def _is_written(network: Network, study: Study, call: Called) -> bool:
    """Say whether single bytes are stored between the call before *call* and itself."""
    index = network.index
    if index.functions is None:
        return False
    first = int(index.functions.first[study.function])
    before = max((one.row for one in study.calls if one.row < call.row), default=first)
    table = index.listing
    rows = slice(before, call.row)
    return bool(((table.op[rows] == STORE) & (table.width[rows] == 1)).any())


def _by_number(
    network: Network, inputs: Inputs, decision: Decision, value: Value, number: int
) -> Condition | None:
    source = inputs.content(value)
    if not source and value.kind == "unknown":
        return _computed(inputs, decision, number)
    if not source or not isinstance(value.key, tuple) or value.offset:
        return None
    address, width = value.key
    if width not in (1, 2, 4, 8):
        return None
    mask = (1 << 8 * width) - 1
    number &= mask
    order = byte_order(network.index.program.order)
    constant = number.to_bytes(width, order)
    if width >= 4 and (number <= LARGE or constant.count(0) >= 2 or constant.count(255) >= 2):
        return None
    edge = (decision.block, decision.equal)
    return Condition(decision.row, edge, "number", source, constant, address, address.offset, width)


def _computed(inputs: Inputs, decision: Decision, number: int) -> Condition | None:
    """Return the comparison of what the function computed with a number drawn by chance."""
    sources = [region.source for region in inputs.taint.regions]
    constant = (number & 0xFFFFFFFF).to_bytes(4, "big")
    letters = all(32 <= byte < 127 for byte in constant)
    if not sources or letters or not is_rare_number(constant):
        return None
    edge = (decision.block, decision.equal)
    return Condition(decision.row, edge, "digest", sources[0], constant, None, 0, 8)


def _chains(study: Study, small: list[Condition]) -> Iterator[Condition]:
    """Yield one condition for each run of bytes that must all be as asked, three at least."""
    groups: dict[tuple[object, ...], list[Condition]] = {}
    for one in small:
        if one.subject is not None:
            groups.setdefault((one.subject.kind, one.subject.key, one.source), []).append(one)
    for group in groups.values():
        chain: list[Condition] = []
        for one in sorted(group, key=lambda each: each.row)[:MAX_CHAIN]:
            if chain and one.edge[0] not in study.guarded(chain[-1].edge):
                yield from _ended(chain)
                chain = []
            chain.append(one)
        yield from _ended(chain)


def _ended(chain: list[Condition]) -> Iterator[Condition]:
    places = {one.place: one for one in chain}
    constant = b"".join(places[at].constant for at in sorted(places))
    telling = sum(byte not in (0, 1, 255) for byte in constant)
    if telling >= SHORTEST and len(places) >= 2:
        yield replace(
            chain[-1], how="bytes", constant=constant, place=min(places), width=len(constant)
        )


def _joined(study: Study, found: list[Condition]) -> list[Condition]:
    """Join the numbers that a compiler makes of one comparison with a longer constant.

    Numbers of one or two bytes count only as the end of a longer one.
    """
    joined: list[Condition] = []
    for one in sorted(found, key=lambda each: (each.row, each.place)):
        last = joined[-1] if joined else None
        if (
            last is not None and last.how == one.how == "number"
            and one.place == last.place + len(last.constant)
            and one.edge[0] in study.guarded(last.edge)
        ):  # fmt: skip
            joined[-1] = replace(one, constant=last.constant + one.constant, place=last.place)
        elif one.how != "number" or one.width >= SHORTEST:
            joined.append(one)
    return [_spelt(one) for one in joined]


def _spelt(one: Condition) -> Condition:
    """Return *one* as a text where its number is four letters or more, as compilers inline."""
    text = one.constant.removesuffix(b"\0").strip(b"\r\n\t")
    letters = all(32 <= byte < 127 for byte in text)
    spelt = one.how in ("number", "bytes") and letters and len(text) >= 4
    return replace(one, how="text", constant=text) if spelt else one
