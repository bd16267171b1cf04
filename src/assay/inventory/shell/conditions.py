"""Under which conditions a command of a shell text runs: `if`, `while`, `case`, `&&`, `||`.

Serves checks that name the condition. Reference: POSIX.1-2017, XCU 2.9. Conditions are given as
written; nothing is evaluated.
"""

import msgspec

from assay._kernel.value import Value
from assay.inventory.kind import Span, shown
from assay.inventory.kinds.text import span
from assay.inventory.shell.tokens import Token, tokens_of

MOST_DEPTH = 60
MOST_TEXT = 300
_ENDS = frozenset({"fi", "done", "esac", "}"})
_LISTS_END = frozenset({";", "\n", "&", ";;", ";;&", ";&"})


class Condition(Value):
    """A condition as written; `holds` is False where the command runs when it does not hold."""

    span: Span
    holds: bool


class _Block(msgspec.Struct):
    kind: str
    start: int = 0
    condition: Condition | None = None
    before: tuple[Condition, ...] = ()


class _Reader(msgspec.Struct):
    text: str
    blocks: list[_Block] = msgspec.field(default_factory=list)
    chain: list[Condition] = msgspec.field(default_factory=list)
    list_start: int = -1
    commanding: bool = True
    takes_pattern: bool = False
    pattern: str = ""
    joined: bool = False


def conditions_at(text: str, place: int) -> tuple[Condition, ...]:
    """Return the conditions of the command at offset *place* of *text*, outermost first."""
    reader = _Reader(text)
    for token in tokens_of(text):
        if token.start >= place:
            break
        if reader.takes_pattern:
            _pattern(reader, token)
        elif token.kind == "word":
            _word(reader, token)
        elif token.kind == "operator":
            _operator(reader, token)
    found: list[Condition] = []
    for block in reader.blocks:
        found += block.before
        found += [] if block.condition is None else [block.condition]
    return (*found, *reader.chain)


def _word(reader: _Reader, token: Token) -> None:
    if reader.list_start < 0:
        reader.list_start = token.start
    reader.joined = False
    top = reader.blocks[-1] if reader.blocks else None
    if top is not None and top.kind == "case" and top.condition is None and token.text == "in":
        top.condition = _condition(reader, top.start, token.start, holds=True)
        reader.takes_pattern = True
        return
    if reader.commanding and _keyword(reader, token, top):
        reader.list_start = -1
        return
    reader.commanding = False


def _keyword(reader: _Reader, token: Token, top: _Block | None) -> bool:
    """Handle a reserved word in command position; return whether *token* was one."""
    text = token.text
    if text in {"if", "while", "until", "for", "{"}:
        _open(reader, text, token.end)
        return text != "for"
    if text == "case":
        _open(reader, text, token.start)
        return False
    if text in _ENDS:
        if reader.blocks:
            reader.blocks.pop()
        return True
    if top is None:
        return text in {"then", "do", "else", "elif", "!"}
    if text in {"then", "do"} and top.kind in {"if", "while", "until"}:
        top.condition = _condition(reader, top.start, token.start, holds=top.kind != "until")
    elif text == "else" and top.condition is not None:
        top.condition = Condition(top.condition.span, holds=not top.condition.holds)
    elif text == "elif":
        top.start, top.condition = token.end, None
    return text in {"then", "do", "else", "elif", "!"}


def _open(reader: _Reader, kind: str, start: int) -> None:
    if len(reader.blocks) < MOST_DEPTH:
        reader.blocks.append(_Block(kind, start, before=tuple(reader.chain)))
        reader.chain = []


def _operator(reader: _Reader, token: Token) -> None:
    text = token.text
    if text in {"&&", "||"}:
        if reader.list_start >= 0:
            begin = reader.list_start
            reader.chain.append(_condition(reader, begin, token.start, holds=text == "&&"))
        reader.joined = True
        reader.list_start = -1
    elif text in _LISTS_END and not (text == "\n" and reader.joined):
        reader.chain = []
        reader.list_start = -1
        inner = reader.blocks[-1].kind if reader.blocks else ""
        reader.takes_pattern = text.startswith(";;") and inner == "case"
    reader.commanding = True


def _pattern(reader: _Reader, token: Token) -> None:
    """Read the patterns of a case arm up to their closing parenthesis."""
    top = reader.blocks[-1] if reader.blocks else None
    if token.kind == "word" and token.text == "esac" and not reader.pattern:
        reader.takes_pattern = False
        if reader.blocks:
            reader.blocks.pop()
        reader.commanding = True
    elif token.kind == "word":
        if top is not None and not reader.pattern:
            top.condition = Condition(_arm(reader, top, token), holds=True)
        reader.pattern = token.text
    elif token.text == ")":
        reader.takes_pattern = False
        reader.pattern = ""
        reader.commanding = True
        reader.list_start = -1


def _arm(reader: _Reader, block: _Block, token: Token) -> Span:
    """Return the span of a case arm's first pattern, with the words of its `case` as text."""
    head = reader.text[block.start : block.start + MOST_TEXT].partition("\n")[0].strip()
    said = shown(f"{head} {token.text})".encode("latin-1", "replace"))
    return Span(offset=token.start, length=token.end - token.start, text=said)


def _condition(reader: _Reader, start: int, end: int, *, holds: bool) -> Condition:
    body = reader.text[start:end]
    start += len(body) - len(body.lstrip())
    end = min(start + len(body.strip().rstrip(";").rstrip()), start + MOST_TEXT)
    return Condition(span(reader.text, start, end), holds)
