"""Who reaches a function: is it exported, who calls it, does network data lead there."""

from assay.compare.elf.half import Half

DEPTH = 4
MOST_CALLERS = 3
RECEIVERS = frozenset({"recv", "recvfrom", "recvmsg", "accept", "accept4", "SSL_read"})


def reach_of(half: Half, start: int) -> tuple[str, ...]:
    """Return who reaches the function at *start* of *half*."""
    program = half.index.program
    found = []
    if program.names.get(start, "") in program.exports or start == program.entry:
        found.append("exported" if start != program.entry else "the entry of the program")
    callers = _callers(half)
    direct = sorted(callers.get(start, ()))
    if direct:
        names = ", ".join(half.name(one) for one in direct[:MOST_CALLERS])
        more = f" and {len(direct) - MOST_CALLERS} more" if len(direct) > MOST_CALLERS else ""
        found.append(f"called by {names}{more}")
    elif start in _held(half):
        found.append("called through a table of functions")
    if _receives(half, start, callers):
        found.append("in reach of what the network sends")
    return tuple(found)


def _callers(half: Half) -> dict[int, set[int]]:
    known = half.__dict__.get("callers")
    if known is None:
        known = {}
        index = half.index
        if index.calls is not None and index.functions is not None:
            owners = index.functions.owner(index.calls.site)
            for owner, target in zip(owners.tolist(), index.calls.target.tolist(), strict=True):
                if owner >= 0 and target >= 0:
                    known.setdefault(target, set()).add(int(index.functions.starts[owner]))
        half.__dict__["callers"] = known
    return known


def _held(half: Half) -> set[int]:
    known = half.__dict__.get("held")
    if known is None:
        known = half.__dict__["held"] = {
            one & ~1 if half.elf.machine == 40 else one
            for one in half.index.program.pointers.tolist()
        }
    return known


def _receives(half: Half, start: int, callers: dict[int, set[int]]) -> bool:
    """Say whether the function or one that leads to it receives from the network."""
    receivers = half.__dict__.get("receivers")
    if receivers is None:
        receivers = set()
        for target, found in callers.items():
            if half.index.name(target) in RECEIVERS:
                receivers |= found
        half.__dict__["receivers"] = receivers
    seen = level = {start}
    for _ in range(DEPTH):
        if level & receivers:
            return True
        level = {one for target in level for one in callers.get(target, ())} - seen
        seen = seen | level
    return bool(level & receivers)
