"""Input compared with a constant, and on equality a privileged act, with no check before it."""

from collections.abc import Iterator

from assay.code.access.answers import Answers
from assay.code.access.conditions import Condition, conditions
from assay.code.access.deciding import Deciders
from assay.code.access.inputs import Inputs, with_typed
from assay.code.access.numbers import is_published
from assay.code.access.payloads import DEPTH, PAYLOADS, Payload, payloads
from assay.code.access.rarity import is_rare_number, is_rare_text, nearly
from assay.code.access.record import Access, access
from assay.code.families import PROTOCOL_WORDS
from assay.code.sources import Network
from assay.code.study import Study
from assay.code.taint import Taint

SHAPE = "command-after-constant"
REQUEST = "getenv"


def guarded_commands(
    network: Network, deciders: Deciders, answers: Answers, received: dict[int, Taint]
) -> Iterator[Access]:
    """Yield the privileged acts that one constant in the input sets off."""
    for function in sorted(received.keys() & network.reaching(PAYLOADS, DEPTH)):
        study = network.study(function)
        taint = with_typed(network, study, received[function])
        inputs = Inputs(study, taint, own=False)
        asked = conditions(network, study, inputs, answers)
        asked = [one for one in asked if not is_ordinary(one)]
        checked = _checked(deciders, study, inputs) if asked else set()
        for condition in asked:
            blocks = study.guarded(condition.edge) - checked
            if not blocks:
                continue
            rare = is_rare(condition)
            for payload in payloads(network, study, taint, blocks, routine=True)[:1]:
                if payload.firm or rare or condition.how in ("text", "bytes"):
                    yield _access(network, function, condition, payload)


def _checked(deciders: Deciders, study: Study, inputs: Inputs) -> set[int]:
    """Return the blocks of *study* that only passing the check of a stored secret leads to."""
    found: set[int] = set()
    for check in deciders.checks(study, inputs):
        if check.passes is not None and check.strong:
            found |= study.guarded(check.passes)
    return found


def is_ordinary(condition: Condition) -> bool:
    """Say whether *condition* is a verb of a published protocol, a separator or a parameter."""
    if condition.how in ("number", "bytes"):
        return is_published(condition.constant)
    if condition.how != "text":
        return False
    word = condition.constant.decode("latin-1").strip()
    printable = all(32 <= byte < 127 for byte in condition.constant)
    if not any(char.isalnum() for char in word) and printable:
        return True
    # A name in front of `=` is a parameter whose value is wanted, not a command.
    return not word or word.endswith("=") or word.upper().rstrip(":") in PROTOCOL_WORDS


def is_rare(condition: Condition) -> bool:
    """Say whether nobody sends the constant by accident."""
    if condition.how in ("digest", "made"):
        return True
    if condition.how == "number":
        return is_rare_number(condition.constant)
    if condition.how == "bytes":
        return is_rare_number(condition.constant[:4])
    return is_rare_text(condition.constant) or bool(nearly(condition.constant))


def _access(network: Network, function: int, condition: Condition, payload: Payload) -> Access:
    rare = is_rare(condition)
    from_request = condition.source == REQUEST
    confidence = "firm" if payload.firm and not from_request else "tentative"
    return access(
        network.index,
        SHAPE,
        function=function,
        rows=(condition.row, payload.row),
        source=condition.source,
        trigger=condition.words,
        constant=condition.shown,
        payload=payload.words,
        rank=_rank(payload, rare=rare) - (100 if from_request else 0),
        confidence=confidence,
        ports=network.ports,
    )


def _rank(payload: Payload, *, rare: bool) -> int:
    """Return the rank of what a constant sets off: a routine command by a plain word is least."""
    if not rare and not payload.firm:
        return 300 + payload.weight // 2
    return min(1000, 400 + payload.weight + (150 if rare else 0))
