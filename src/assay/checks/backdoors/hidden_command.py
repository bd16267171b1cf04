"""Commands of management shells that the help does not tell of and that hand out a shell.

Reads the command tables of clish and klish and the menus of shell scripts. References: the Klish
manual; CWE-912, CWE-1242.
"""

import re
from collections.abc import Iterator
from itertools import islice

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.accounts.files import account_files
from assay.checks.backdoors.consoles.given_shell import GIVING, WRAPPERS, given_shell
from assay.checks.backdoors.consoles.klish import MARK, Entry, entries_of, unseen_views
from assay.checks.backdoors.consoles.menus import LEAST_WORDS, Entry as MenuEntry, Menu, menus_of
from assay.checks.backdoors.privilege import UNKNOWN, privilege
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.text import TextFacts, span
from assay.inventory.shell.commands import commands_of
from assay.inventory.shell.tokens import unquoted
from assay.model.result import Confidence, Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="backdoors.hidden-command",
    version=1,
    title="Command of a management shell that its help leaves out",
    severity="medium",
    about=(
        "A command that gives a shell or runs what is typed, and that the help of the menu does "
        "not name, is known only to those who were told."
    ),
    looks_at="command tables of clish and klish, and menus of shell scripts",
    not_a_finding=(
        "Commands that the help or the prompts of the menu name, commands that give no shell, and "
        "menus that name none of their words."
    ),
    cwe=(912, 1242),
    advice="Remove the command, or document it and ask for the administrator's password.",
    long=True,
)
MOST_FILES = 4
# What must not stand before a word is looked for after it: a search for first letters is quick.
_SHELLS = lazy_re.compile(
    r"sh\b|telnetd|su\b(?<!\wsu)|login\b(?<!\wlogin)|eval|nc\b(?<!\wnc)|ncat|socat"
)
_GIVES = lazy_re.compile(
    "|".join(rf"{one}(?![\w.-])(?<![\w.-]{one})" for one in map(re.escape, sorted(GIVING)))
)
_READS = lazy_re.compile(r"read(?![\w.-])(?<![\w.-]read)")
_RUNS_TYPED = lazy_re.compile(
    r"(?<![\w.-])eval\s|(?:[\n;&|(){}!`]|=\S*[ \t]|(?<![\w.-])(?:then|do|else|elif|if|while|until"
    rf"|{'|'.join(sorted(WRAPPERS))}))[ \t]*\$"
)
_TESTED = lazy_re.compile(r"\s==?\s")
_UNQUOTED = str.maketrans("", "", "'\"\\")
_SHOWS = lazy_re.compile(r"(?:^|[\s;&|])(?:cat|more|less)[ \t]+(/[\w./-]{2,160})")
_ASKS = lazy_re.compile(r"(?i)passw|secret|challenge")
_COMMENT = lazy_re.compile(r"(?m)(?:^|(?<=[ \t;]))#[^\n]*")


class Gain(Value):
    """A word of a menu and what it gives, with the place of the command that gives it."""

    entry: MenuEntry
    gain: str
    start: int
    end: int


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each hidden command that gives a shell."""
    for node, facts in image.of(TextFacts):
        if MARK.search(facts.text[:4000]):
            scope.saw()
            if facts.truncated:
                scope.gap(f"{node.inner} is longer than what was read")
            yield from _of_table(image, node, facts.text)
        elif image.facts(node, ScriptFacts) is not None and _may_be_menu(facts.text):
            scope.saw()
            if _may_give_shell(facts.text):
                yield from _of_script(image, node, facts.text)


def _of_table(image: Inventory, node: Node, text: str) -> Iterator[Finding]:
    unseen = unseen_views(text)
    for entry in entries_of(text):
        why = _why_unseen(entry, unseen)
        gain = _gain(entry) if why else ""
        if gain:
            yield CHECK.finding(
                node,
                f"In {node.inner} the command `{entry.name}` ({why}) gives: {gain}. Input is the "
                f"management shell; right: that of the shell, or {_right(image, node)}. "
                "Whether it is documented was not looked for.",
                [
                    at(node, span(text, entry.start, entry.end)),
                    at(node, span(text, entry.action_start, entry.action_end)),
                ],
                confidence="firm",
            )


def _why_unseen(entry: Entry, unseen: set[str]) -> str:
    if entry.hidden:
        return "marked as hidden"
    if entry.view and entry.view in unseen:
        return f"in the view {entry.view}, which is taken in without help and completion"
    return "" if entry.help else "without a help text"


def _gain(entry: Entry) -> str:
    typed = entry.typed
    for command in commands_of(entry.action):
        gain = given_shell(command.words, typed)
        if gain:
            return gain
    return ""


def _may_be_menu(text: str) -> bool:
    """Return whether *text* compares something and hands out a shell after its first line."""
    return ("case" in text or "=" in text) and _SHELLS.search(text, text.find("\n")) is not None


def _may_give_shell(text: str) -> bool:
    """Return whether shell *text* has enough to compare, and commands that may give a shell.

    Spares most scripts the reading of their statements, and loses none that has such a menu.
    """
    plain = text.translate(_UNQUOTED)
    compared = plain.count(";;") + plain.count("esac") + len(_TESTED.findall(plain))
    if compared < LEAST_WORDS:
        return False
    runs_typed = _READS.search(plain) and _RUNS_TYPED.search(plain)
    commands = plain.find("\n") if plain.startswith("#") else 0
    return runs_typed is not None or (commands >= 0 and _GIVES.search(plain, commands) is not None)


def _of_script(image: Inventory, node: Node, text: str) -> Iterator[Finding]:
    for menu in menus_of(text):
        gains = list(_gains(menu))
        if not gains:
            continue
        told = _Told(text, menu, _shown_files(image, node, text))
        hidden = [one for one in gains if not any(told.names(each) for each in one.entry.labels)]
        labels = [label for entry in menu.entries for label in entry.labels]
        shown = sum(told.names(label) for label in labels) if hidden else 0
        # A menu that names few of its words has its help elsewhere.
        if shown * 2 >= len(labels) and shown > 1:
            for one in hidden:
                yield _menu_finding(image, node, text, menu, one)


def _gains(menu: Menu) -> Iterator[Gain]:
    """Yield the words of *menu* that give a shell or run what was typed."""
    typed = frozenset({menu.variable}) if menu.typed else frozenset()
    for entry in menu.entries:
        for command in entry.commands:
            gain = given_shell([unquoted(word) for word in command.words], typed)
            if gain:
                yield Gain(entry, gain, command.start, command.end)
                break


def _shown_files(image: Inventory, node: Node, text: str) -> str:
    """Return the texts that the script shows out of files, at most four."""
    found = []
    for match in islice(_SHOWS.finditer(text), MOST_FILES):
        file = image.resolve(node.filesystem, match[1])
        facts = None if file is None else image.facts(file, TextFacts)
        found.append("" if facts is None else facts.text)
    return "\n".join(found)


class _Told:
    """The text of a menu without its comments and without the places where words are compared.

    What the script shows out of files belongs to it.
    """

    def __init__(self, text: str, menu: Menu, shown: str) -> None:
        told = bytearray(_COMMENT.sub(lambda match: " " * len(match[0]), text), "latin-1")
        for one in menu.entries:
            told[one.start : one.end] = b" " * (one.end - one.start)
        self.text = told.decode("latin-1") + "\n" + shown

    def names(self, label: str) -> bool:
        """Return whether the text holds *label* as a word."""
        pattern = rf"(?<![\w-]){re.escape(label)}(?![\w-])"
        return re.search(pattern, self.text) is not None


def _menu_finding(image: Inventory, node: Node, text: str, menu: Menu, one: Gain) -> Finding:
    label = "|".join(one.entry.labels)
    source = "what `read` takes" if menu.typed else f"the argument ${menu.variable}"
    shells = [account for account in _login_shells(image) if account[1] == node.inner]
    severity, confidence = _weight(menu, one, text, is_shell=bool(shells))
    who = f"the login shell of {', '.join(name for name, _ in shells[:4])}" if shells else ""
    return CHECK.finding(
        node,
        f"In {node.inner} {source} is compared with {len(menu.entries)} words, most of which the "
        f"script names in its texts, and `{label}` nowhere; `{label}` gives: {one.gain}. "
        f"Right: {who or _right(image, node)}. Whether it is documented was not looked for.",
        [
            at(node, span(text, one.entry.start, one.entry.end)),
            at(node, span(text, one.start, one.end)),
        ],
        severity=severity,
        confidence=confidence,
    )


def _weight(menu: Menu, one: Gain, text: str, *, is_shell: bool) -> tuple[Severity, Confidence]:
    asks = any(_ASKS.search(text[each.start : each.end]) for each in one.entry.commands)
    if asks:
        return "low", "tentative"
    if is_shell:
        return "medium", "firm"
    return ("medium", "tentative") if menu.typed else ("low", "tentative")


def _login_shells(image: Inventory) -> list[tuple[str, str]]:
    return [
        (account.name, account.shell)
        for _, facts in account_files(image)
        for account in facts.accounts
        if account.shell
    ]


def _right(image: Inventory, node: Node) -> str:
    found = privilege(image, node)
    return found if found != UNKNOWN else f"unknown: {UNKNOWN}"
