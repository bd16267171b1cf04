"""What a program as a whole has that it had not: ports, handlers, kinds of calls, texts."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay.code.access.entries import tables
from assay.code.access.rarity import is_rare_text
from assay.code.changes.acts import leads_to, reached_weight
from assay.code.changes.asked import MESSAGE
from assay.code.changes.constants import new_constants
from assay.code.changes.held import held_texts
from assay.code.changes.portrait import Portrait
from assay.code.changes.record import ProgramChange, change
from assay.code.changes.weights import WEIGHTS
from assay.code.listing import CALL

PORT, ENTRY, CALLED, TEXT, AT_LOAD = 620, 380, 310, 300, 480
OF_USUAL = 200
"""What load-time code loses that gains no more than the old version's did."""

MOST = 20
KNOWN = 320
"""What a port loses that the old version may have bound: it has the number, and binds another."""

SENSITIVE = lazy_re.compile(
    rb"^/dev/(?!null|zero|u?random|tty$|console|log|ptmx)\w|^/proc/(kcore|mtd|kallsyms|\d|self/mem)"
    rb"|^/etc/(passwd|shadow|group|sudoers|securetty|hosts\.(allow|equiv))|authorized_keys|/\.ssh/"
    rb"|^(/bin/|/usr/bin/)?(a|ba|k|da)?sh$|\b(u?telnetd|dropbear|sshd|socat|netcat|mtd_write)\b"
)
"""Files whose opening is a matter of access: devices, memory, accounts, keys."""

SHORTEST = 4


def whole_changes(old: Portrait, new: Portrait, changed: list[int]) -> Iterator[ProgramChange]:
    """Yield what *new* has anywhere and *old* nowhere; *changed* are its changed functions."""
    yield from _ports(old, new)
    yield from _entries(old, new)
    yield from _called(old, new, changed)
    yield from _texts(old, new, changed)
    yield from held_texts(old, new)
    yield from new_constants(old, new, changed)
    yield from _at_load(old, new, changed)


def _ports(old: Portrait, new: Portrait) -> Iterator[ProgramChange]:
    before = set(old.network.ports)
    unknown = int(old.index.calls_to(frozenset({"bind"})).size) > len(before)
    for port, row in new.network.bound:
        if port not in before:
            owner = int(new.index.owner[row])
            turned = (port & 0xFF) << 8 | port >> 8
            seen = unknown and bool({port, turned} & old.numbers)
            yield change(
                new.index, "port", f"binds port {port}", PORT - (KNOWN if seen else 0),
                function=owner, row=row, constant=str(port),
            )  # fmt: skip


def _entries(old: Portrait, new: Portrait) -> Iterator[ProgramChange]:
    before = {entry.name for table in tables(old.index) for entry in table}
    for table in tables(new.index):
        for entry in table:
            if entry.name in before or old.wholly(entry.name + b"\0"):
                continue
            handler = new.network.function_at(entry.handler)
            weight = reached_weight(new, handler)
            says = f"a table has the entry `{printable(entry.name)}`"
            says += f", whose function {leads_to(weight)}" if weight else ""
            yield change(
                new.index, "entry", says, ENTRY + weight, function=handler,
                offset=new.index.program.memory.offset(entry.place),
                constant=printable(entry.name),
            )  # fmt: skip


def _called(old: Portrait, new: Portrait, changed: list[int]) -> Iterator[ProgramChange]:
    told: set[str] = set()
    for number in changed:
        for row, name, _ in new.called[number]:
            if name in WEIGHTS and name not in old.names and name not in told:
                told.add(name)
                says = f"calls {name}, which it did not call before"
                rank = CALLED + WEIGHTS[name]
                yield change(new.index, "call", says, rank, function=number, row=row)


def _texts(old: Portrait, new: Portrait, changed: list[int]) -> Iterator[ProgramChange]:
    """Yield texts of changed functions that nothing in the old program holds."""
    count = 0
    for number in changed:
        for text, row in new.texts[number].items():
            if len(text) < SHORTEST or old.wholly(text):
                continue
            rare = b" " not in text and MESSAGE.search(text) is None and is_rare_text(text)
            near = old.nearly(text)
            rank = TEXT + (160 if rare or near or SENSITIVE.search(text) else 0)
            says = f"refers to the text `{printable(text)[:100]}`"
            says += f", which is nearly `{printable(near)}`" if near else ""
            yield change(
                new.index, "text", says, rank, function=number, row=row, constant=printable(text)
            )
            count += 1
            if count >= MOST:
                return


def _at_load(old: Portrait, new: Portrait, changed: list[int]) -> Iterator[ProgramChange]:
    program = new.index.program
    fresh = set(changed)
    usual = max((reached_weight(old, old.network.function_at(at)) for at in _run_at_load(old)),
                default=0)  # fmt: skip
    for addresses, words in (
        (program.constructors, "runs a changed function when it is loaded"),
        (program.resolvers, "chooses functions by a changed one when it is loaded (IFUNC)"),
    ):
        for address in addresses:
            number = new.network.function_at(address)
            if number in fresh and _is_code(new, number):
                weight = reached_weight(new, number)
                if not weight and len(addresses) <= len(_run_at_load(old)):
                    continue  # a compiler's own work
                more = f"; it {leads_to(weight)}" if weight else ""
                rank = AT_LOAD + weight - (OF_USUAL if weight <= usual else 0)
                yield change(new.index, "load-time", words + more, rank, function=number)


def _run_at_load(portrait: Portrait) -> tuple[int, ...]:
    program = portrait.index.program
    return (*program.constructors, *program.resolvers)


def _is_code(portrait: Portrait, number: int) -> bool:
    """Say whether a function does more than the compiler's own constructors: it calls."""
    functions = portrait.index.functions
    if functions is None:
        return False
    rows = slice(int(functions.first[number]), int(functions.last[number]))
    return bool((portrait.index.listing.op[rows] == CALL).any())
