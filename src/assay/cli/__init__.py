"""The command line: one file per command, found by folder; this module dispatches.

A command module has `SUMMARY`, `configure(parser)` and `run(arguments)`, and imports what is
heavy only when it runs, so that `assay --help` is quick.
"""

import argparse
import contextlib
import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import NoReturn

from assay import __version__
from assay._kernel.registry import module_names
from assay.errors import AssayError, BrokenBundle

PASS, FAIL, USAGE, INCONCLUSIVE = 0, 1, 2, 3
SOUND = {PASS, FAIL, INCONCLUSIVE, 4}
"""Exit codes of commands that did what they were asked."""

SELDOM = 200_000
"""Allocations between rounds of the garbage collector: modules and records come to stay."""

HIDDEN = {
    "compare_versions", "console", "previous", "progress", "results", "show_code",
    "verify_attestation",
}  # fmt: skip

DESCRIPTION = """\
A testing centre for network-equipment firmware: takes an image apart, says what is in it,
tests it, judges it against a standard, and seals the result so that anybody can check it.
"""
EPILOG = """\
exit codes: 0 pass, 1 fail, 2 wrong use or failed, 3 inconclusive
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that *arguments* (default: those of the process) name."""
    gc.set_threshold(SELDOM)
    words = list(sys.argv[1:] if arguments is None else arguments)
    names = _names()
    wanted = [word for word in words[:1] if word in names]
    commands = _commands(wanted or names)
    parser = _parser(commands, words)
    parsed = parser.parse_args(words)
    if parsed.command is None:
        parser.print_help()
        return USAGE
    signal.signal(signal.SIGTERM, _terminated)
    return _guarded(commands[parsed.command], parsed)


def process() -> NoReturn:
    """Run `main` for the process's own arguments and end the process with its answer.

    It ends at once: to free all records one by one would take a tenth of a second. numpy is kept
    from starting threads for linear algebra, which nothing here asks of it.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(SELDOM)
    _load_records()
    many = sys.argv[1:2] in (["compare"], ["evaluate"])
    if many:
        from assay._kernel.bytecode import keep_loaded, use_kept

        use_kept()
    code = main()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = FAIL
    except OSError as error:
        code = _storage_trouble(error)
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    if many and code in SOUND:
        with contextlib.suppress(KeyboardInterrupt):
            keep_loaded()
    os._exit(code)


def _load_records() -> None:
    """Load the library for records with the typing of Python itself.

    It would prefer the extensions of it, if they are installed, which take longer to load than the
    library; what they add is not used here.
    """
    extensions = "typing_extensions"
    absent = extensions not in sys.modules
    if absent:
        sys.modules[extensions] = None  # type: ignore[assignment]  # how to say: not to be found
    try:
        importlib.import_module("msgspec")
    finally:
        if absent:
            del sys.modules[extensions]


def _guarded(command: ModuleType, parsed: argparse.Namespace) -> int:
    """Run *command*; its failures become one line and one sentence of advice."""
    try:
        return int(command.run(parsed))
    except AssayError as error:
        _complain(str(error), error.advice)
        return FAIL if isinstance(error, BrokenBundle) else USAGE
    except KeyboardInterrupt:
        _complain("stopped; nothing was written")
        return 130
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAIL
    except OSError as error:
        return _storage_trouble(error)
    except Exception as error:  # noqa: BLE001 - the outermost boundary: 1 must only mean "fail"
        return _own_fault(error)


def _storage_trouble(error: OSError) -> int:
    where = f"{error.filename}: " if error.filename else ""
    _complain(f"{where}{error.strerror or error}", "Check room and rights on the disk.")
    return USAGE


def _own_fault(error: Exception) -> int:
    if os.environ.get("ASSAY_DEBUG"):
        raise error
    _complain(
        f"internal error: {type(error).__name__}: {error}",
        "This is a defect of Assay; run again with ASSAY_DEBUG=1 and report what it prints.",
    )
    return USAGE


def _complain(message: str, advice: str = "") -> None:
    print(f"assay: {message}", file=sys.stderr)
    if advice:
        print(f"       {advice}", file=sys.stderr)


def _terminated(*_: object) -> None:
    raise KeyboardInterrupt


def _names() -> list[str]:
    names = (name.removeprefix(f"{__name__}.") for name in module_names(__name__))
    return [name for name in names if name not in HIDDEN]


def _commands(names: Sequence[str] | None = None) -> dict[str, ModuleType]:
    """Return the modules of the commands *names*, of all commands by default."""
    chosen = _names() if names is None else names
    return {name: importlib.import_module(f"{__name__}.{name}") for name in chosen}


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, for which argparse would load `shutil` at every start."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


@cache
def _columns() -> int:
    """Return the width of the terminal: COLUMNS, else what standard output has, else 80."""
    with contextlib.suppress(KeyError, ValueError):
        if (columns := int(os.environ["COLUMNS"])) > 0:
            return columns
    with contextlib.suppress(AttributeError, ValueError, OSError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    return 80


def _parser(commands: dict[str, ModuleType], words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assay",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=_Help,
    )
    parser.add_argument("--version", action="version", version=f"assay {__version__}")
    sub = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    wanted = next((word for word in words if word in commands), None)
    for name, module in commands.items():
        one = sub.add_parser(
            name,
            help=module.SUMMARY,
            description=module.SUMMARY[:1].upper() + module.SUMMARY[1:] + ".",
            epilog=getattr(module, "EXAMPLES", ""),
            formatter_class=_Help,
        )
        if wanted in {name, None}:
            module.configure(one)
    return parser


__all__ = ["FAIL", "INCONCLUSIVE", "PASS", "USAGE", "main"]
