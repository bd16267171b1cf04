"""Hidden entries: a command or page that its table or its help leaves out, and that gains much.

Two places are read: tables of named handlers (`entries`), and functions that compare one word
after the other. An entry is hidden when it lacks what the others have: a help text, a mention in
any other text of the program.
"""

from collections.abc import Iterator

from assay.code.access.conditions import Condition, conditions
from assay.code.access.deciding import Deciders
from assay.code.access.entries import Entry, tables
from assay.code.access.inputs import Inputs
from assay.code.access.payloads import text_of
from assay.code.access.record import Access, access
from assay.code.access.rarity import is_rare_text
from assay.code.access.words import IDENTITIES
from assay.code.families import COMPARE, EXECUTE, PROTOCOL_WORDS, SHELL
from assay.code.sources import Network
from assay.code.symbolic import Called
from assay.code.taint import Taint

SHAPE = "hidden-entry"
GAINS = frozenset(SHELL) | frozenset(EXECUTE) | frozenset({"execvpe", "posix_spawn", "chroot"})
DEPTH = 3
MAX_VISITED = 25
MAX_ODD = 12
MAX_FUNCTIONS = 40
SHARE = 2, 3
"""The part of the words that other texts have to mention before one that is not is odd."""

FEWEST_WORDS = 4


def hidden_entries(network: Network, deciders: Deciders) -> Iterator[Access]:
    """Yield the hidden entries of tables and of functions that compare words."""
    looked = 0
    for table in tables(network.index):
        for entry, signs in _odd_entries(network, table):
            looked += 1
            if looked > MAX_ODD:
                return
            gained = gain(network, network.function_at(entry.handler))
            if gained is not None or len(signs) > 1:
                yield _of_table(network, entry, signs, gained)
    yield from _unmentioned_words(network, deciders)


def _odd_entries(network: Network, table: list[Entry]) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    mentioned = [is_mentioned(network, entry.name) for entry in table]
    most = sum(mentioned) * SHARE[1] >= len(table) * SHARE[0]
    for entry, told in zip(table, mentioned, strict=True):
        signs = entry.signs
        if most and not told:
            signs = (*signs, "is in no other text of the program, as most others are")
        if _is_disguised(entry.name) and sum(_is_disguised(one.name) for one in table) == 1:
            signs = (*signs, "has a name unlike the others")
        if signs:
            yield entry, signs


def _is_disguised(name: bytes) -> bool:
    """Say whether *name* begins like something that is not to be listed."""
    last = name.rpartition(b"/")[2]
    return last[:1] in (b"_", b".", b"~", b"$", b"@", b"!", b"%") or is_rare_text(name)


def is_mentioned(network: Network, word: bytes) -> bool:
    """Say whether *word* stands inside a longer text of the program."""
    for area in network.index.program.memory.areas:
        data = area.data.tobytes() if not area.code else b""
        at = data.find(word)
        while at >= 0:
            before, behind = data[at - 1 : at], data[at + len(word) : at + len(word) + 1]
            if _is_printed(before) or _is_printed(behind):
                return True
            at = data.find(word, at + 1)
    return False


def _is_printed(byte: bytes) -> bool:
    return bool(byte) and (32 <= byte[0] < 127 or byte in (b"\n", b"\r", b"\t"))


def gain(network: Network, function: int) -> Called | None:
    """Return the first call behind *function* that runs commands or changes identity, or None."""
    if function < 0:
        return None
    waiting, seen = [(function, 0)], {function}
    while waiting and len(seen) < MAX_VISITED:
        current, depth = waiting.pop(0)
        for call in network.study(current).calls:
            if is_gain(call):
                return call
            callee = network.function_at(call.target)
            if callee >= 0 and callee not in seen and depth < DEPTH:
                seen.add(callee)
                waiting.append((callee, depth + 1))
    return None


def is_gain(call: Called) -> bool:
    """Say whether *call* runs a command or makes the process root."""
    first = call.arguments[0]
    return call.name in GAINS or (
        call.name in IDENTITIES and first is not None and first.number == 0
    )


def _unmentioned_words(network: Network, deciders: Deciders) -> Iterator[Access]:
    for function, words in sorted(_vocabularies(network).items())[:MAX_FUNCTIONS]:
        odd = [word for word in sorted(words) if not is_mentioned(network, word)]
        if not odd or (len(words) - len(odd)) * SHARE[1] < len(words) * SHARE[0] or len(odd) > 3:
            continue
        study = deciders.paths(function).reader.found
        for condition in conditions(network, study, Inputs(study, Taint(), own=True)):
            if condition.how != "text" or condition.constant not in odd:
                continue
            blocks = study.guarded(frozenset({condition.edge}))
            gained = _gained(network, [call for call in study.calls if call.block in blocks])
            if gained is not None:
                yield _of_word(network, function, condition, gained)


def _gained(network: Network, calls: list[Called]) -> Called | None:
    for call in calls:
        if is_gain(call):
            return call
        below = gain(network, network.function_at(call.target))
        if below is not None:
            return below
    return None


def _vocabularies(network: Network) -> dict[int, set[bytes]]:
    """Return the words that each function compares with, for functions that know several."""
    index = network.index
    calls, chosen = index.calls, index.calls_to(COMPARE)
    found: dict[int, set[bytes]] = {}
    if calls is None or not chosen.size:
        return found
    for number in (0, 1):
        values, known = index.arguments(chosen, number)
        for call, value in zip(chosen[known].tolist(), values[known].tolist(), strict=True):
            text = index.string(value) if value > 0 else None
            owner = int(index.owner[calls.row[call]])
            if text and len(text) > 2 and owner >= 0 and not _is_protocol(text):
                found.setdefault(owner, set()).add(text)
    return {one: words for one, words in found.items() if len(words) >= FEWEST_WORDS}


def _is_protocol(text: bytes) -> bool:
    return text.decode("latin-1").strip().upper() in PROTOCOL_WORDS


def _of_table(
    network: Network, entry: Entry, signs: tuple[str, ...], gained: Called | None
) -> Access:
    index = network.index
    function = network.function_at(entry.handler)
    row = int(index.functions.first[function]) if index.functions is not None else -1
    shown = entry.name.decode("latin-1")
    grave = gained is not None
    return access(
        index,
        SHAPE,
        function=function,
        rows=(row, gained.row if gained is not None else row),
        source="whoever gives the name of an entry",
        trigger=f"names the entry `{shown}` of a table, which {' and '.join(signs)}",
        constant=shown,
        payload=_words(network, gained) if gained is not None else "its own handler runs",
        rank=min(900, (560 if grave else 350) + 60 * len(signs)),
        confidence="firm" if grave and len(signs) > 1 else "tentative",
        ports=network.ports,
    )


def _of_word(network: Network, function: int, condition: Condition, gained: Called) -> Access:
    return access(
        network.index,
        SHAPE,
        function=function,
        rows=(condition.row, gained.row),
        source=condition.source,
        trigger=f"{condition.words}, which no other text of the program mentions as it does the"
        " other words",
        constant=condition.shown,
        payload=_words(network, gained),
        rank=600,
        confidence="tentative",
        ports=network.ports,
    )


def _words(network: Network, gained: Called) -> str:
    text = text_of(network, gained, 0)
    given = f" with `{text.decode('latin-1')}`" if text else ""
    return f"{gained.name} is called{given}"
