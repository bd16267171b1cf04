"""What the user says the product's documents name: ports and accounts. Read by checks.

A TOML file with `[[port]]` (number, protocol, note) and `[[account]]` (name, note) tables. A list
that the file leaves out was not declared; an empty one (`port = []`) says that there are none.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assay._kernel import lazy_re
from assay.errors import UnreadableInput, UsageError
from assay.model.record import Record
from assay.model.result import Option

ADVICE = (
    'Write [[port]] tables with number = 22, protocol = "tcp" and note = "…", and [[account]] '
    'tables with name = "…".'
)
MOST_BYTES = 1 << 20
MOST_ENTRIES = 2000
MOST_NOTE = 200
_NAME = "declared"
_PORT = lazy_re.compile(r"(\d{1,5})/(tcp|udp|sctp|any)(?: (.*))?", re.DOTALL)


class DeclaredPort(Record):
    """A port that a document names; protocol `any` where it does not say which."""

    number: int
    protocol: str
    note: str = ""


class DeclaredAccount(Record):
    """An account that a document names."""

    name: str
    note: str = ""


class Declared(Record):
    """Ports and accounts of the documents; None for a list that was not given."""

    ports: tuple[DeclaredPort, ...] | None = None
    accounts: tuple[DeclaredAccount, ...] | None = None

    def names_port(self, number: int, protocol: str) -> bool:
        """Return whether *number* is declared; an empty *protocol* stands for any."""
        return any(
            port.number == number and (not protocol or port.protocol in {protocol, "any"})
            for port in self.ports or ()
        )

    def names_account(self, name: str) -> bool:
        """Return whether the account *name* is declared."""
        return any(account.name == name for account in self.accounts or ())


def read_declared(path: Path) -> Declared:
    """Return what the file at *path* declares; raises UsageError with the first thing wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise UnreadableInput(f"{path} is larger than {MOST_BYTES} bytes")
    import tomllib  # noqa: PLC0415 - few runs have a declaration to read

    try:
        tables = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}", advice=ADVICE) from None
    unknown = sorted(set(tables) - {"port", "account"})
    if unknown:
        raise UsageError(f"{path} has an unknown table {unknown[0]!r}", advice=ADVICE)
    ports, accounts = _tables(path, tables, "port"), _tables(path, tables, "account")
    return Declared(
        ports=None if ports is None else _sorted(_port(path, one) for one in ports),
        accounts=None if accounts is None else _sorted(_account(path, one) for one in accounts),
    )


def _tables(path: Path, tables: dict[str, Any], name: str) -> list[Any] | None:
    """Return the tables called *name*, None where there is no such list."""
    found = tables.get(name)
    if found is not None and not isinstance(found, list):
        raise UsageError(f"{path}: {name} is no list of tables", advice=ADVICE)
    return found


def declared_options(declared: Declared | None) -> tuple[Option, ...]:
    """Return *declared* as options of an evaluation, so that it can be made anew from them."""
    found = []
    if declared is not None and declared.ports is not None:
        found.append(Option(name=_NAME, value="ports"))
        found += [
            Option(name=f"{_NAME}.port", value=f"{one.number}/{one.protocol} {one.note}".strip())
            for one in declared.ports
        ]
    if declared is not None and declared.accounts is not None:
        found.append(Option(name=_NAME, value="accounts"))
        found += [
            Option(name=f"{_NAME}.account", value=f"{one.name} {one.note}".strip())
            for one in declared.accounts
        ]
    return tuple(found)


def declared_of(options: Iterable[Option]) -> Declared | None:
    """Return what the *options* of an evaluation say was declared, or None."""
    given = tuple(options)
    lists = {option.value for option in given if option.name == _NAME}
    if not lists:
        return None
    matches = (_PORT.fullmatch(one.value) for one in given if one.name == f"{_NAME}.port")
    ports = tuple(
        DeclaredPort(number=int(match[1]), protocol=match[2], note=match[3] or "")
        for match in matches
        if match is not None
    )
    named = (one.value.partition(" ") for one in given if one.name == f"{_NAME}.account")
    accounts = tuple(DeclaredAccount(name=name, note=note) for name, _, note in named)
    return Declared(
        ports=ports if "ports" in lists else None,
        accounts=accounts if "accounts" in lists else None,
    )


def _sorted(entries: Iterable[Any]) -> tuple[Any, ...]:
    unique = {str(one): one for one in list(entries)[:MOST_ENTRIES]}
    return tuple(unique[key] for key in sorted(unique))


def _port(path: Path, table: object) -> DeclaredPort:
    given = table if isinstance(table, dict) else {}
    number, protocol = given.get("number"), given.get("protocol", "any")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 65536:
        raise UsageError(f"{path}: a port has no number from 1 to 65535", advice=ADVICE)
    if protocol not in {"tcp", "udp", "sctp", "any"} or set(given) - {"number", "protocol", "note"}:
        raise UsageError(f"{path}: port {number} is not understood", advice=ADVICE)
    return DeclaredPort(number=number, protocol=protocol, note=_note(given))


def _account(path: Path, table: object) -> DeclaredAccount:
    given = table if isinstance(table, dict) else {}
    name = given.get("name")
    if (
        not isinstance(name, str)
        or not re.fullmatch(r"\S{1,64}", name)
        or set(given) - {"name", "note"}
    ):
        raise UsageError(f"{path}: an account is not understood", advice=ADVICE)
    return DeclaredAccount(name=name, note=_note(given))


def _note(given: dict[str, object]) -> str:
    """Return the note in one line of printable text."""
    text = "".join(char if char.isprintable() else " " for char in str(given.get("note", "")))
    return " ".join(text.split())[:MOST_NOTE].strip()
