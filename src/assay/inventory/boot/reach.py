"""Which commands of a start script run when it is told to start, and under which condition.

Serves `inventory/services.py`. Functions are followed from the top level (OpenWrt: from `boot`
and `start`); case arms that stop, reload or report are left out.
"""

from collections.abc import Iterator

from assay._kernel.value import Value
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.shell.commands import Command

STARTING = frozenset({"start", "boot", "s", "up", "init", "begin", "on", "load"})
STOPPING = frozenset(
    {
        *("stop", "restart", "reload", "force-reload", "status", "k", "kill", "down", "shutdown"),
        *("try-restart", "condrestart", "force-stop", "disable", "off", "unload", "end", "stopped"),
        *("force-restart", "graceful", "help", "-h", "--help"),
    }
)
_OPENWRT_ENTRIES = ("boot", "start", "start_service", "init_service")
MOST_ROUNDS = 30


class Reached(Value):
    """A command that runs, always or on a condition."""

    command: Command
    conditional: bool


def reached_commands(facts: ScriptFacts, argument: str) -> Iterator[Reached]:
    """Yield the commands that run when the script is called with *argument*."""
    live = _live_functions(facts)
    for command in facts.commands:
        state = live.get(command.function)
        arm = _arm(command, argument)
        if state is not None and arm is not None:
            yield Reached(command, state or command.conditional or arm)


def _arm(command: Command, argument: str) -> bool | None:
    """Return whether the case arm of *command* is a condition; None when it is not taken."""
    if not command.arm:
        return False
    labels = {label.strip().lower() for label in command.arm.split("|")}
    if labels & STARTING or argument.lower() in labels:
        return False
    return None if labels & STOPPING else True


def _live_functions(facts: ScriptFacts) -> dict[str, bool]:
    """Return the functions that run, each with whether only on a condition."""
    functions = facts.functions
    line = "" if facts.interpreter is None else facts.interpreter.text
    live = {"": False}
    if "rc.common" in line:
        live |= {name: False for name in _OPENWRT_ENTRIES if name in functions}
    for _ in range(MOST_ROUNDS):
        if not _spread(facts, functions, live):
            break
    return live


def _spread(facts: ScriptFacts, functions: frozenset[str], live: dict[str, bool]) -> bool:
    """Mark the functions that live commands name; return whether anything changed."""
    changed = False
    for command in facts.commands:
        state = live.get(command.function)
        if state is None or _arm(command, "start") is None:
            continue
        conditional = state or command.conditional or bool(_arm(command, "start"))
        for word in command.words[:6]:
            if word in functions and (word not in live or (live[word] and not conditional)):
                live[word] = conditional
                changed = True
    return changed
