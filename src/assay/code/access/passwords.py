"""A second way through a check of identity: a constant that opens what a stored secret guards.

The function's own check tells what success looks like. A comparison of input with a constant
whose equal side has the same effect, without going through that check, is the finding.
"""

from collections.abc import Iterator

from assay.code.access.answers import Answers
from assay.code.access.conditions import Condition, conditions, undecided
from assay.code.access.deciding import (
    RETURNS_ONE,
    RETURNS_ZERO,
    STRONG,
    Check,
    Deciders,
    agrees,
    root,
    success_of,
)
from assay.code.access.inputs import Inputs, with_typed
from assay.code.access.paths import Effect, Outcome, Paths
from assay.code.access.rarity import is_rare_number, is_rare_text
from assay.code.access.record import LEAD, Access, access
from assay.code.sources import Network
from assay.code.study import Study
from assay.code.taint import Taint

SHAPE = "second-password"
VOCABULARY = 3
"""A function that treats more constants alike reads a language, not a password."""

LANGUAGE = 6
"""So many constants asked of what an argument or a function gave are a language as well."""

ENTRY_POINTS = frozenset({"pam_sm_authenticate", "pam_sm_acct_mgmt", "pam_sm_chauthtok"})
PLACE = 150
"""The rank of a plain word with the effect of a check that may be none."""

VAGUE = ("number", "digest", "bytes")


def second_passwords(
    network: Network, deciders: Deciders, answers: Answers, received: dict[int, Taint]
) -> Iterator[Access]:
    """Yield the constants that make a function say yes without its check."""
    for function, (strength, evidence) in deciders.candidates.items():
        study = deciders.paths(function).reader.found
        taint = with_typed(network, study, received.get(function, Taint()))
        inputs = Inputs(study, taint, own=True)
        asked = conditions(network, study, inputs, answers)
        eligible = [
            one for one in asked if not _is_option(one) and (strength == STRONG or _is_telling(one))
        ]
        if not eligible and next(undecided(network, study, inputs), None) is None:
            continue
        checks = deciders.checks(study, inputs)
        paths = deciders.paths(function)
        if _is_entry_point(network, function):
            yield from _by_definition(network, function, paths, asked)
            continue
        if not checks:
            continue
        constants = frozenset(one.edge for one in asked)
        for condition, check in _alike(network, inputs, checks):
            sign = RETURNS_ONE, check
            yield _access(network, function, condition, sign, evidence, strong=check.strong)
        opening = [
            (condition, found)
            for condition in eligible
            if (found := _opens(paths, study, condition, checks, constants)) is not None
        ]
        if len({condition.constant for condition, _ in opening}) > VOCABULARY:
            continue
        spoken = {one.constant for one in asked if one.how == "text" and not _is_telling(one)}
        if len(spoken) > LANGUAGE:
            opening = [one for one in opening if _is_telling(one[0])]
        for condition, found in opening:
            strong = strength == STRONG and found[1].strong and found[0][0] != "call"
            yield _access(network, function, condition, found, evidence, strong=strong)


def _is_entry_point(network: Network, function: int) -> bool:
    functions = network.index.functions
    return (
        functions is not None
        and network.index.name(int(functions.starts[function])) in ENTRY_POINTS
    )


def _by_definition(
    network: Network, function: int, paths: Paths, asked: list[Condition]
) -> Iterator[Access]:
    """Yield the constants for which an entry point of PAM returns success and nothing else.

    Zero is success by definition (pam_sm_authenticate(3)), whatever checks there are.
    """
    functions = network.index.functions
    name = network.index.name(int(functions.starts[function])) if functions is not None else ""
    opening = []
    for one in asked:
        other = next((to for to in paths.blocks.get(one.edge[0], ()) if to != one.edge[1]), None)
        if one.source == "its caller":
            continue  # an option of the module
        if one.how == "number" and len(set(one.constant) - {0, 255}) < VOCABULARY:
            continue
        returned = {each for each in paths.behind(one.edge).effects if each[0] == "return"}
        if returned != {RETURNS_ZERO} or other is None or _is_option(one):
            continue
        refused = paths.behind((one.edge[0], other)).effects
        if any(each[0] == "return" and each != RETURNS_ZERO for each in refused):
            opening.append(one)
    if len({one.constant for one in opening}) <= VOCABULARY:
        for one in opening:
            says = f"{name} returns 0, which is success by definition"
            yield _opened(network, function, one, says)


def _opened(network: Network, function: int, condition: Condition, says: str) -> Access:
    return access(
        network.index,
        SHAPE,
        function=function,
        rows=(condition.row, condition.row),
        source=condition.source,
        trigger=condition.words,
        constant=condition.shown,
        payload=says,
        rank=780,
        confidence="firm" if is_rare_text(condition.constant) else "tentative",
    )


def _meets(paths: Paths, outcome: Outcome, check: Check) -> bool:
    """Say whether the way of *outcome* comes to the very place that passing *check* leads to."""
    if check.passes is None or check.fails is None:
        return False
    place = check.passes[1]
    return place in outcome.blocks and place not in paths.behind(check.fails).blocks


def _alike(network: Network, inputs: Inputs, checks: list[Check]) -> list[tuple[Condition, Check]]:
    """Return the constants whose comparison is an answer as much as that of the secret is."""
    found = [
        (condition, check)
        for condition, _ in undecided(network, inputs.study, inputs)
        for check in checks
        if check.passes is None
        and condition.subject is not None
        and root(condition.subject) in check.subjects
        and check.row != condition.row
        and not _is_option(condition)
        and (check.strong or _is_telling(condition))
    ]
    if len({condition.constant for condition, _ in found}) > VOCABULARY:
        return []
    return found[:VOCABULARY]


def _is_telling(condition: Condition) -> bool:
    """Say whether *condition* is on received or typed input, or on a constant like a password."""
    inside = condition.source.startswith(("its caller", "what "))
    return not inside or is_rare_text(condition.constant)


def _is_option(condition: Condition) -> bool:
    """Say whether the constant is an option or a setting, or a number an argument holds."""
    if condition.how == "number":
        return condition.source == "its caller" and not is_rare_number(condition.constant)
    text = condition.constant
    return condition.how == "text" and (text.startswith(b"-") or text.endswith((b"=", b":")))


def _opens(
    paths: Paths,
    study: Study,
    condition: Condition,
    checks: list[Check],
    constants: frozenset[tuple[int, int]],
) -> tuple[Effect, Check] | None:
    """Return the sign of success behind *condition* and the check gone around."""
    if condition.subject is None:
        return None
    subject = root(condition.subject)
    likely = [one for one in checks if one.strong or condition.how not in VAGUE]
    if not likely:
        return None
    outcome = paths.behind(condition.edge)
    for check in likely:
        same_place = _meets(paths, outcome, check)
        if subject not in check.subjects and not same_place:
            continue
        if check.row == condition.row or check.row in outcome.calls:
            continue
        if check.passes and condition.edge[0] in study.guarded(check.passes):
            continue
        success = success_of(paths, check, constants)
        sign = agrees(outcome, success, calls=check.strong or same_place)
        if sign is not None:
            return sign, check
    return None


def _access(
    network: Network,
    function: int,
    condition: Condition,
    found: tuple[Effect, Check],
    evidence: str,
    *,
    strong: bool,
) -> Access:
    sign, check = found
    telling = strong or condition.how != "text" or is_rare_text(condition.constant)
    return access(
        network.index,
        SHAPE if telling else LEAD,
        function=function,
        rows=(condition.row, check.row),
        source=condition.source,
        trigger=condition.words,
        constant=condition.shown,
        payload=f"{_says(sign)}, as the check of a stored secret does; the function {evidence}",
        rank=800 if strong else 600 if telling else PLACE,
        confidence="firm" if strong else "tentative",
        ports=network.ports,
    )


def _says(sign: Effect) -> str:
    if sign[0] == "return":
        return f"the function returns {sign[1]}"
    if sign[0] == "store":
        return f"the same variable is set to {sign[2]}"
    return "the same call follows"
