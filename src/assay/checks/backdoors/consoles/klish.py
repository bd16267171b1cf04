"""Command tables of clish and klish: commands with their help, visibility and action.

XML files, read with expressions and not a parser: they are an adversary's, and offsets count.
Reference: the Klish manual (tags COMMAND, PARAM, ACTION, VIEW, NAMESPACE).
"""

import re
from collections.abc import Iterator

import msgspec

from assay._kernel import lazy_re
from assay._kernel.value import Value

MARK = lazy_re.compile(r"<(?:CLISH_MODULE|KLISH)\b")
MOST_COMMANDS = 3000
MOST_ACTION = 4000
_TAG = lazy_re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<close>/?)(?P<name>COMMAND|PARAM|ACTION|VIEW|NAMESPACE)\b"
    r"(?P<attributes>[^<>]{0,2000})>",
    re.DOTALL,
)
_ATTRIBUTE = lazy_re.compile(
    r"([A-Za-z_][\w.-]{0,40})\s*=\s*(?:\"([^\"]{0,400})\"|'([^']{0,400})')"
)


class Entry(Value):
    """A command: its tag from *start* to *end*, its view, what a user is told, what it runs.

    `typed` are the parameters that take any text; `action` begins at `action_start`.
    """

    name: str
    help: str
    hidden: bool
    view: str
    start: int
    end: int
    typed: frozenset[str] = frozenset()
    action: str = ""
    action_start: int = 0
    action_end: int = 0


class _Open(msgspec.Struct):
    """The command at hand and what was read of it."""

    attributes: dict[str, str]
    view: str
    start: int
    end: int
    typed: set[str]
    action: tuple[int, int] = (0, 0)


def entries_of(text: str) -> Iterator[Entry]:
    """Yield the commands of a table, at most 3000, in their order."""
    view = ""
    at_hand: _Open | None = None
    count = 0
    for tag in _TAG.finditer(text):
        name, close = tag["name"], tag["close"] == "/"
        if name is None:
            continue
        ends_itself = (tag["attributes"] or "").rstrip().endswith("/")
        attributes = _attributes(tag["attributes"])
        if name == "VIEW":
            view = "" if close else attributes.get("name", "")
        elif name == "COMMAND" and not close:
            at_hand = _Open(attributes, view, tag.start(), tag.end(), set())
        elif at_hand is not None:
            _inside(at_hand, name, attributes, tag, text, close=close)
        if name == "COMMAND" and (close or ends_itself) and at_hand is not None:
            yield _entry(at_hand, text)
            at_hand = None
            count += 1
        if count >= MOST_COMMANDS:
            return


def unseen_views(text: str) -> set[str]:
    """Return the views whose commands a NAMESPACE takes in without help and completion."""
    found: set[str] = set()
    for tag in _TAG.finditer(text):
        attributes = _attributes(tag["attributes"]) if tag["name"] == "NAMESPACE" else {}
        if attributes.get("help") == "false" and attributes.get("completion") == "false":
            found.add(attributes.get("ref", ""))
    return found


def _inside(
    at_hand: _Open,
    name: str,
    attributes: dict[str, str],
    tag: re.Match[str],
    text: str,
    *,
    close: bool,
) -> None:
    if name == "PARAM" and not close and attributes.get("mode", "common") == "common":
        if "STRING" in attributes.get("ptype", "").upper():
            at_hand.typed.add(attributes.get("name", ""))
    elif name == "ACTION" and not close and at_hand.action == (0, 0):
        end = text.find("</ACTION", tag.end(), tag.end() + MOST_ACTION)
        at_hand.action = (tag.end(), max(end, tag.end()))


def _entry(one: _Open, text: str) -> Entry:
    import html  # noqa: PLC0415 - few images have such a table

    start, end = one.action
    return Entry(
        name=one.attributes.get("name", ""),
        help=one.attributes.get("help", "").strip(),
        hidden=one.attributes.get("hidden", "").lower() in {"true", "1", "yes"},
        view=one.view,
        start=one.start,
        end=one.end,
        typed=frozenset(
            one.typed | ({one.attributes["args"]} if "args" in one.attributes else set())
        ),
        action=html.unescape(text[start:end].replace("<![CDATA[", "").replace("]]>", "")),
        action_start=start,
        action_end=end,
    )


def _attributes(text: str | None) -> dict[str, str]:
    return {match[1]: match[2] or match[3] or "" for match in _ATTRIBUTE.finditer(text or "")}
