"""Shell text as a tree of statements: lists, pipelines, branches, loops, functions.

Serves checks that follow what a script does on each way through it. Reference: POSIX.1-2017,
XCU 2.9 "Shell Commands". A lenient reading: what does not parse is passed over. Depth, tokens
and so time are bounded.
"""

from collections.abc import Callable

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.inventory.shell.tokens import Token, tokens_of

MOST_DEPTH = 40
_NAME = lazy_re.compile(r"[A-Za-z_][\w.-]*")
_CLOSERS = frozenset({"then", "do", "done", "fi", "elif", "else", "esac", "}"})


class Simple(Value):
    """A simple command: its words and the targets of its redirections as written."""

    words: tuple[str, ...]
    targets: tuple[str, ...]
    start: int
    end: int


class Pipeline(Value):
    """Commands joined by `|`; `negated` where a `!` stands before them."""

    parts: tuple["Statement", ...]
    negated: bool


class Chain(Value):
    """Two statements joined by `&&` (`both`) or `||`."""

    left: "Statement"
    right: "Statement"
    both: bool


class Branch(Value):
    """An `if` or an `elif` with its rest; the condition stands from `start` to `end`."""

    condition: tuple["Statement", ...]
    then: tuple["Statement", ...]
    otherwise: tuple["Statement", ...]
    start: int
    end: int


class Loop(Value):
    """A `while`, `until` or `for`; the condition of a `for` is empty."""

    condition: tuple["Statement", ...]
    body: tuple["Statement", ...]


class Arm(Value):
    """An arm of a `case`: its patterns as written, from `start` to `end`, and its body."""

    patterns: tuple[str, ...]
    body: tuple["Statement", ...]
    start: int
    end: int


class Case(Value):
    """A `case`: the word that is compared, and the arms."""

    subject: str
    arms: tuple[Arm, ...]


class Function(Value):
    """The definition of a function."""

    name: str
    body: tuple["Statement", ...]


class Group(Value):
    """Statements in braces, or in parentheses (`subshell`)."""

    body: tuple["Statement", ...]
    subshell: bool


class Background(Value):
    """A statement that is not waited for."""

    statement: "Statement"


Statement = Simple | Pipeline | Chain | Branch | Loop | Case | Function | Group | Background
Body = tuple[Statement, ...]


def statements_of(text: str) -> Body:
    """Return the statements of shell *text*, one character a byte, in their order."""
    reader = _Reader([token for token in tokens_of(text) if token.text != "\r"])
    found: list[Statement] = []
    while reader.place < len(reader.tokens):
        found += reader.body(0)
        reader.place += 1  # a closer without its opener
    return tuple(found)


class _Reader:
    """Reads tokens from `place` on; every method stops before what it does not know."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.openers: dict[str, Callable[[int], Statement]] = {
            "if": self._branch,
            "while": self._loop,
            "until": self._loop,
            "for": self._for,
            "select": self._for,
            "case": self._case,
            "{": self._braces,
            "(": self._parentheses,
        }

    def body(self, depth: int) -> Body:
        """Read statements up to a closing word or operator."""
        found: list[Statement] = []
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token.text in {"\n", ";", "&"}:
                self.place += 1
            elif token.text in _CLOSERS or token.text.startswith(";;") or token.text == ")":
                break
            else:
                before = self.place
                found.append(self._list(depth))
                self.place += self.place == before
        return tuple(found)

    def _list(self, depth: int) -> Statement:
        left = self._pipeline(depth)
        while (operator := self._text()) in {"&&", "||"}:
            self.place += 1
            self._newlines()
            left = Chain(left, self._pipeline(depth), both=operator == "&&")
        return Background(left) if self._text() == "&" else left

    def _pipeline(self, depth: int) -> Statement:
        negated = False
        while self._text() == "!":
            self.place += 1
            negated = not negated
        parts = [self._command(depth)]
        while self._text() == "|":
            self.place += 1
            self._newlines()
            parts.append(self._command(depth))
        return parts[0] if len(parts) == 1 and not negated else Pipeline(tuple(parts), negated)

    def _command(self, depth: int) -> Statement:
        opener = self.openers.get(self._text())
        if opener is not None and depth < MOST_DEPTH:
            return opener(depth + 1)
        if self._text() == "function":
            self.place += 1
        if self._names_function():
            return self._function(depth + 1)
        return self._simple()

    def _simple(self) -> Simple:
        words: list[str] = []
        targets: list[str] = []
        start = end = self.tokens[self.place].start if self.place < len(self.tokens) else 0
        while self.place < len(self.tokens) and self.tokens[self.place].kind != "operator":
            token = self.tokens[self.place]
            self.place += 1
            end = token.end
            if token.kind == "word":
                words.append(token.text)
            elif self._kind() == "word" and not token.text.endswith("-"):
                end = self.tokens[self.place].end
                targets.append(token.text.lstrip("0123456789") + self._text())
                self.place += 1
        return Simple(tuple(words), tuple(targets), start, end)

    def _names_function(self) -> bool:
        texts = [token.text for token in self.tokens[self.place : self.place + 4]]
        if len(texts) == 4 and texts[1:3] == ["(", ")"]:
            return _NAME.fullmatch(texts[0]) is not None
        after_keyword = self.place > 0 and self.tokens[self.place - 1].text == "function"
        return after_keyword and texts[1:2] == ["{"]

    def _function(self, depth: int) -> Statement:
        name = self._text()
        self.place += 3 if self.tokens[self.place + 1].text == "(" else 1
        self._newlines()
        body = self._command(depth) if depth < MOST_DEPTH else Simple((), (), 0, 0)
        self._redirections()
        return Function(name, body.body if isinstance(body, Group) else (body,))

    def _branch(self, depth: int) -> Statement:
        self.place += 1
        start = self._start()
        condition = self.body(depth)
        end = self._start()
        then = self._after("then", depth)
        otherwise: Body = ()
        if self._text() == "elif" and depth < MOST_DEPTH:
            return Branch(condition, then, (self._branch(depth + 1),), start, end)
        if self._text() == "else":
            otherwise = self._after("else", depth)
        self._close("fi")
        return Branch(condition, then, otherwise, start, end)

    def _loop(self, depth: int) -> Statement:
        self.place += 1
        condition = self.body(depth)
        body = self._after("do", depth)
        self._close("done")
        return Loop(condition, body)

    def _for(self, depth: int) -> Statement:
        while self.place < len(self.tokens) and self._text() not in {"do", "{", "done"}:
            self.place += 1
        body = self._after("do", depth)
        self._close("done")
        return Loop((), body)

    def _case(self, depth: int) -> Statement:
        self.place += 1
        subject = self._text()
        while self.place < len(self.tokens) and self._text() != "in":
            self.place += 1
        self.place += 1
        arms: list[Arm] = []
        while self.place < len(self.tokens) and self._text() != "esac":
            before = self.place
            self._newlines()
            if self._text() != "esac":
                arms.append(self._arm(depth))
            self.place += self.place == before
        self._close("esac")
        return Case(subject, tuple(arms))

    def _arm(self, depth: int) -> Arm:
        patterns: list[str] = []
        start, end = self._start(), self._start()
        while self.place < len(self.tokens) and self._text() not in {")", "esac"}:
            if self._kind() == "word":
                patterns.append(self._text())
                end = self.tokens[self.place].end
            self.place += 1
        self.place += self._text() == ")"
        body = self.body(depth)
        self.place += self._text().startswith(";;")
        return Arm(tuple(patterns), body, start, end)

    def _braces(self, depth: int) -> Statement:
        self.place += 1
        body = self.body(depth)
        self._close("}")
        return Group(body, subshell=False)

    def _parentheses(self, depth: int) -> Statement:
        self.place += 1
        body = self.body(depth)
        self._close(")")
        return Group(body, subshell=True)

    def _after(self, word: str, depth: int) -> Body:
        self.place += self._text() == word
        return self.body(depth)

    def _close(self, word: str) -> None:
        self.place += self._text() == word
        if word != ")":
            self._redirections()

    def _redirections(self) -> None:
        while self._kind() == "redirect":
            self.place += 1
            self.place += self._kind() == "word"

    def _newlines(self) -> None:
        while self._text() == "\n":
            self.place += 1

    def _text(self) -> str:
        return self.tokens[self.place].text if self.place < len(self.tokens) else ""

    def _kind(self) -> str:
        return self.tokens[self.place].kind if self.place < len(self.tokens) else ""

    def _start(self) -> int:
        if self.place < len(self.tokens):
            return self.tokens[self.place].start
        return self.tokens[-1].end if self.tokens else 0
