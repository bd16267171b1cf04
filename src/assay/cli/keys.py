"""`assay keys`: make, list, show and trust the keys that sign bundles."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.seal.keys import PublicKey

SUMMARY = "make, list, show and trust keys that sign bundles"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions of the command to *parser*."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _action(actions, "new", "make a key", _new).add_argument("name", metavar="NAME")
    _action(actions, "list", "list your keys and the keys that you trust", _list)
    show = _action(actions, "show", "print a public key, to hand to those who verify", _show)
    show.add_argument("name", metavar="NAME", help="name of a key, or a .pub file")
    trust = _action(actions, "trust", "trust the signatures of a public key", _trust)
    trust.add_argument("file", metavar="FILE", type=Path, help="public key in PEM form")
    trust.add_argument("--name", help="your name for it (default: that of the file)")


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action; returns the exit code."""
    act: Callable[[argparse.Namespace], int] = arguments.act
    return act(arguments)


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    act: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=summary, description=summary)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(act=act)
    return parser


def _new(arguments: argparse.Namespace) -> int:
    from assay.seal import keys

    key = keys.new(arguments.name).public
    _print_key(key, arguments.json)
    print(f"Keep {keys.folder() / arguments.name}.key to yourself.", file=sys.stderr)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from assay.seal import keys

    known = keys.stored()
    if arguments.json:
        print(json.dumps([_facts(key) for key in known], indent=2))
        return 0
    for key in known:
        print(f"{key.id}  {'own    ' if key.own else 'trusted'}  {key.name}")
    if not known:
        print("No keys yet; `assay keys new NAME` makes one.", file=sys.stderr)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from assay.seal import keys

    key = keys.public_key(arguments.name)
    if arguments.json:
        print(json.dumps(_facts(key), indent=2))
        return 0
    print(key.pem().decode(), end="")
    print(f"id {key.id}", file=sys.stderr)
    return 0


def _trust(arguments: argparse.Namespace) -> int:
    from assay.seal import keys

    _print_key(keys.trust(arguments.file, arguments.name or arguments.file.stem), arguments.json)
    return 0


def _print_key(key: "PublicKey", as_json: bool) -> None:  # noqa: FBT001 - the flag of the command
    print(json.dumps(_facts(key), indent=2) if as_json else f"{key.id}  {key.name}")


def _facts(key: "PublicKey") -> dict[str, str | bool]:
    return {"id": key.id, "name": key.name, "own": key.own, "public": key.pem().decode()}
