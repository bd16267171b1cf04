"""Names that nearly are published ones: compared with input, and something follows."""

from collections.abc import Iterator

from assay.code.access.answers import Answers
from assay.code.access.conditions import Condition, conditions
from assay.code.access.deciding import Deciders
from assay.code.access.inputs import Inputs
from assay.code.access.paths import Effect
from assay.code.access.rarity import nearly
from assay.code.access.record import Access, access
from assay.code.memory import distinct
from assay.code.sources import Network
from assay.code.study import Study
from assay.code.taint import Taint

SHAPE = "nearly-published"
MAX_FUNCTIONS = 20


def near_misses(network: Network, deciders: Deciders, answers: Answers) -> Iterator[Access]:
    """Yield the comparisons with a name that is nearly that of a published header field."""
    for function in _comparing(network):
        paths = deciders.paths(function)
        study = paths.reader.found
        for condition in conditions(network, study, Inputs(study, Taint(), own=True), answers):
            known = nearly(condition.constant) if condition.how == "text" else ""
            if not known:
                continue
            effects = _only_then(paths.behind(condition.edge).effects, study, condition)
            yield _access(network, function, condition, known, effects)


def _comparing(network: Network) -> list[int]:
    """Return the functions that hand a name of that kind to a comparison, ascending."""
    index = network.index
    calls = index.calls
    if calls is None:
        return []
    rows = []
    for number in (0, 1):
        chosen, values = network.constants_compared(number)
        for target in distinct(values).tolist():
            text = index.string(target) if target > 0 else None
            if text and nearly(text):
                rows += calls.row[chosen[values == target]].tolist()
    owners = sorted({int(index.owner[row]) for row in rows})
    return [owner for owner in owners if owner >= 0][:MAX_FUNCTIONS]


def _only_then(effects: set[Effect], study: Study, condition: Condition) -> str:
    blocks = study.guarded(condition.edge)
    names = [call.name for call in study.calls if call.block in blocks and call.name]
    stored = any(one[0] == "store" for one in effects)
    if names:
        return f"{names[0]} is called"
    return "a variable is set" if stored else "another way is taken"


def _access(
    network: Network, function: int, condition: Condition, known: str, effect: str
) -> Access:
    return access(
        network.index,
        SHAPE,
        function=function,
        rows=(condition.row, condition.row),
        source=condition.source,
        trigger=f"{condition.words}, which is nearly the published name `{known}`",
        constant=condition.shown,
        payload=effect,
        rank=720,
        confidence="firm",
        ports=network.ports,
    )
