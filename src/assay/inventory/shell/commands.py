"""Shell text as simple commands: what is run, in which function and case arm, on condition or not.

Serves the kind `script`. Reference: POSIX.1-2017, XCU 2.9 "Shell Commands". A reading, not an
interpreter: variables are put in only where the same script assigns them plain text before.
"""

import re

import msgspec

from assay._kernel import lazy_re
from assay.inventory.kind import Span, shown
from assay.inventory.shell.tokens import Token, expanded, tokens_of
from assay.model.record import Record

MOST_COMMANDS = 4000
MOST_WORDS = 40
MOST_WORD = 400
MOST_SPAN = 400
MOST_DEPTH = 60
_ASSIGNMENT = lazy_re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_DECLARERS = frozenset({"export", "local", "readonly", "declare", "typeset"})
_OPENERS = {"if": "if", "while": "loop", "until": "loop", "for": "for", "{": "brace"}
_CLOSERS = {"fi", "done", "}"}
_MIDDLES = frozenset({"then", "do", "else", "elif", "!"})


class Command(Record, array_like=True):
    """A simple command: *words* without quotes, plain variables put in.

    `function` is the function it stands in, `arm` the innermost case arm, both empty outside.
    `conditional` is set below an if or a loop and after `&&` and `||`.
    """

    span: Span
    words: tuple[str, ...]
    function: str = ""
    arm: str = ""
    conditional: bool = False
    background: bool = False


class _Block(msgspec.Struct):
    kind: str
    name: str = ""


class _Reader(msgspec.Struct):
    """The state of reading: open blocks, the command at hand, plain variables."""

    text: str
    commands: list[Command] = msgspec.field(default_factory=list)
    values: dict[str, str] = msgspec.field(default_factory=dict)
    blocks: list[_Block] = msgspec.field(default_factory=list)
    words: list[Token] = msgspec.field(default_factory=list)
    names_function: str = ""
    takes_pattern: bool = False
    takes_target: bool = False
    chained: bool = False


def commands_of(text: str) -> tuple[Command, ...]:
    """Return the simple commands of shell *text*, at most 4000, in their order."""
    reader = _Reader(text)
    for token in tokens_of(text):
        if reader.takes_pattern:
            _pattern(reader, token)
        elif token.kind == "redirect":
            reader.takes_target = not token.text.endswith("-") and token.text != ">&"
        elif token.kind == "word":
            _word(reader, token)
        else:
            _operator(reader, token)
        if len(reader.commands) >= MOST_COMMANDS:
            break
    _finish(reader, background=False)
    return tuple(reader.commands)


def _word(reader: _Reader, token: Token) -> None:
    if reader.takes_target:
        reader.takes_target = False
        return
    if not reader.words and _keyword(reader, token.text):
        return
    reader.words.append(token)
    if token.text == "in" and len(reader.words) == 3 and reader.words[0].text == "case":
        _open(reader, "case")
        reader.words = []
        reader.takes_pattern = True


def _keyword(reader: _Reader, text: str) -> bool:
    """Handle a reserved word in command position; return whether *text* was one."""
    if text in _OPENERS:
        if text == "{" and reader.names_function:
            _open(reader, "function", reader.names_function)
            reader.names_function = ""
        else:
            _open(reader, _OPENERS[text])
        reader.chained = False
        # The words of a `for` are a list, not a command: they end with its `do`.
        return text != "for"
    if text in _CLOSERS:
        if reader.blocks and reader.blocks[-1].kind != "case":
            reader.blocks.pop()
        return True
    if text == "esac":
        _close_case(reader)
        return True
    return text in _MIDDLES or text == "function"


def _open(reader: _Reader, kind: str, name: str = "") -> None:
    if len(reader.blocks) < MOST_DEPTH:
        reader.blocks.append(_Block(kind, name))


def _close_case(reader: _Reader) -> None:
    while reader.blocks and reader.blocks.pop().kind != "case":
        pass
    reader.takes_pattern = False


def _pattern(reader: _Reader, token: Token) -> None:
    """Read the patterns of a case arm up to their closing parenthesis."""
    if token.kind == "word" and token.text == "esac" and not reader.words:
        _close_case(reader)
    elif token.kind == "word":
        reader.words.append(token)
    elif token.text == ")":
        label = "|".join(expanded(word.text, {}) for word in reader.words)
        reader.words = []
        reader.takes_pattern = False
        if reader.blocks and reader.blocks[-1].kind == "case":
            reader.blocks[-1].name = label[:MOST_WORD]


def _operator(reader: _Reader, token: Token) -> None:
    text = token.text
    reader.takes_target = False
    if text == "(" and len(reader.words) == 1 and not reader.names_function:
        reader.names_function = reader.words.pop().text[:MOST_WORD]
        return
    if text == ")" and reader.names_function and not reader.words:
        return
    _finish(reader, background=text == "&")
    reader.chained = text in {"&&", "||"} or (reader.chained and text == "|")
    if text in {";;", ";;&"}:
        while reader.blocks and reader.blocks[-1].kind != "case":
            reader.blocks.pop()
        reader.takes_pattern = bool(reader.blocks)


def _finish(reader: _Reader, *, background: bool) -> None:
    """Turn the words at hand into a command."""
    tokens, reader.words = reader.words, []
    if not tokens or tokens[0].text == "for":
        return
    while tokens and (match := _ASSIGNMENT.fullmatch(tokens[0].text)):
        if len(tokens) == 1:
            _assign(reader, match)
        tokens = tokens[1:]
    if not tokens:
        return
    if tokens[0].text in _DECLARERS:
        for token in tokens[1:]:
            if match := _ASSIGNMENT.fullmatch(token.text):
                _assign(reader, match)
    start, end = tokens[0].start, min(tokens[-1].end, tokens[0].start + MOST_SPAN)
    body = reader.text[start:end]
    words = (expanded(token.text, reader.values)[:MOST_WORD] for token in tokens[:MOST_WORDS])
    blocks = reader.blocks
    inner = max((n for n, one in enumerate(blocks) if one.kind == "function"), default=-1)
    inside = blocks[inner + 1 :]
    reader.commands.append(
        Command(
            span=Span(offset=start, length=end - start, text=shown(body.encode("latin-1"))),
            words=tuple(words),
            function=blocks[inner].name if inner >= 0 else "",
            arm=next((one.name for one in reversed(inside) if one.kind == "case"), ""),
            conditional=reader.chained or any(one.kind in {"if", "loop", "for"} for one in inside),
            background=background,
        )
    )


def _assign(reader: _Reader, match: re.Match[str]) -> None:
    value = expanded(match[2], reader.values)
    if "$" in value or "`" in value or len(value) > MOST_WORD:
        reader.values.pop(match[1], None)
    else:
        reader.values[match[1]] = value
