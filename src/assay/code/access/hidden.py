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
from assay.code.access.rarity import is_rare_text
from assay.code.access.record import LEAD, Access, access
from assay.code.access.words import IDENTITIES
from assay.code.families import COMPARE, EXECUTE, PROTOCOL_WORDS, SHELL
from assay.code.listing import JUMP, RET
from assay.code.mentions import Mentions
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.study import ARGUMENTS, Called
from assay.code.taint import Taint

SHAPE = "hidden-entry"
GAINS = frozenset(SHELL) | frozenset(EXECUTE) | frozenset({"execvpe", "posix_spawn", "chroot"})
DEPTH = 3
MAX_VISITED = 25
MAX_ODD = 12
STRAIGHT = 24
MAX_FUNCTIONS = 40
PLACE = 40
"""The rank, for each sign, of an entry of which nothing is known but that it is odd."""

SHARE = 2, 3
"""The part of the words that other texts have to mention before one that is not is odd."""

FEWEST_WORDS, MOST_WORDS = 4, 3
"""So many words make a vocabulary, and at most so many of it are odd."""


def hidden_entries(network: Network, deciders: Deciders) -> Iterator[Access]:
    """Yield the hidden entries of tables and of functions that compare words."""
    looked = 0
    mentions = network.mentions
    for table in tables(network.index):
        for entry, signs in _odd_entries(mentions, table):
            looked += 1
            if looked > MAX_ODD:
                return
            gained = gain_at(network, entry.handler)
            if gained is not None or (entry.signs and len(signs) > 1):
                yield _of_table(network, entry, signs, gained)
    yield from _unmentioned_words(network, deciders, mentions)


def _odd_entries(mentions: Mentions, table: list[Entry]) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    silent = _unmentioned(mentions, [entry.name for entry in table])
    for number, entry in enumerate(table):
        signs = entry.signs
        if number in silent:
            signs = (*signs, "is in no other text of the program, as most others are")
        if _is_disguised(entry.name) and sum(_is_disguised(one.name) for one in table) == 1:
            signs = (*signs, "has a name unlike the others")
        if signs:
            yield entry, signs


def _unmentioned(mentions: Mentions, words: list[bytes]) -> set[int]:
    """Return the places of the *words* in no other text; none unless SHARE of them are in some."""
    silent: set[int] = set()
    for place, word in enumerate(words):
        if not mentions.of(word):
            silent.add(place)
            if (len(words) - len(silent)) * SHARE[1] < len(words) * SHARE[0]:
                return set()
    return silent


def _is_disguised(name: bytes) -> bool:
    """Say whether *name* begins like something that is not to be listed."""
    last = name.rpartition(b"/")[2]
    return last[:1] in (b"_", b".", b"~", b"$", b"@", b"!", b"%") or is_rare_text(name)


def gain_at(network: Network, address: int) -> Called | None:
    """Return the first privileged call behind the code at *address*, or None."""
    name = network.index.name(address)
    if name in GAINS:
        # A handler that does nothing but jump to the function itself.
        handed = tuple(Value("argument", number, 0) for number in range(ARGUMENTS))
        return Called(network.index.listing.row(address), -1, address, name, handed)
    function = network.function_at(address)
    return gain(network, function) if function >= 0 else _gain_on(network, address)


def _gain_on(network: Network, address: int) -> Called | None:
    """Return the privileged call on the straight way from *address*, which begins no function."""
    index, calls = network.index, network.index.calls
    first = index.listing.row(address)
    for row in range(first, min(first + STRAIGHT, len(index.listing))) if first >= 0 else ():
        target = calls.target_at(row) if calls is not None else -1
        ends = int(index.listing.op[row]) in (JUMP, RET)
        if target < 0 and ends:
            target = int(index.listing.imm[row])
        found = gain_at(network, target) if target > 0 and target != address else None
        if found is not None:
            return found._replace(row=row)
        if ends:
            return None
    return None


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


def _unmentioned_words(
    network: Network, deciders: Deciders, mentions: Mentions
) -> Iterator[Access]:
    for function, words in sorted(_vocabularies(network).items())[:MAX_FUNCTIONS]:
        told = sorted(words)
        odd = [told[place] for place in sorted(_unmentioned(mentions, told))]
        if not odd or len(odd) > MOST_WORDS:
            continue
        study = deciders.paths(function).reader.found
        for condition in conditions(network, study, Inputs(study, Taint(), own=True)):
            if condition.how != "text" or condition.constant not in odd:
                continue
            blocks = study.guarded(condition.edge)
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
    calls = index.calls
    found: dict[int, set[bytes]] = {}
    if calls is None:
        return found
    for number in (0, 1):
        chosen, values = network.constants_compared(number, COMPARE)
        for call, value in zip(chosen.tolist(), values.tolist(), strict=True):
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
    row = index.listing.row(entry.handler)
    function = int(index.owner[row]) if row >= 0 else -1
    shown = entry.name.decode("latin-1")
    grave = gained is not None
    return access(
        index,
        SHAPE if grave else LEAD,
        function=function,
        rows=(row, gained.row if gained is not None else row),
        source="whoever gives the name of an entry",
        trigger=f"names the entry `{shown}` of a table, which {' and '.join(signs)}",
        constant=shown,
        payload=_words(network, gained) if gained is not None else "its own handler runs",
        rank=min(900, 560 + 60 * len(signs)) if grave else PLACE * len(signs),
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
