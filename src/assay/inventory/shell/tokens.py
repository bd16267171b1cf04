"""Shell text as tokens: words, operators, redirections, with comments and here-documents left out.

Serves the kind `script`. Reference: POSIX.1-2017, XCU 2.3 "Token Recognition". Nothing is
executed; expressions are possessive or bounded, so hostile text costs linear time.
"""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value

MOST_TOKENS = 60_000

# Atomic groups, not possessive ones: those gave wrong answers before Python 3.11.5 (gh-106052).
_WORD = (
    r"(?>(?:[^\s;&|()<>'\"`$\\]+"
    r"|'[^']*+'"
    r'|"(?>(?:[^"\\]+|\\.)*)"'
    r"|`[^`]*+`"
    r"|\$\((?>(?:[^()]|\((?>(?:[^()]|\([^()]*+\))*)\))*)\)"
    r"|\$\{[^}\n]{0,300}+\}"
    r"|\\."
    r"|['\"`$\\])+)"
)
_TOKEN = lazy_re.compile(
    r"(?P<blank>(?>(?:[ \t\r\f\v]|\\\r?\n)+))"
    r"|(?P<comment>#[^\n]*+)"
    r"|(?P<redirect>[0-9]?(?:<<<|<<-?|>>|<>|>\||[<>])&?-?)"
    r"|(?P<operator>&&|\|\||;;&?|[;&|()\n])"
    r"|(?P<word>" + _WORD + r")",
    re.DOTALL,
)
_QUOTED = lazy_re.compile(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)", re.DOTALL)
_VARIABLE = lazy_re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")


class Token(Value):
    """A word, an operator or a redirection and where it stands in the text."""

    kind: str
    text: str
    start: int
    end: int


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of *text* that are not blank, comment or here-document."""
    place = 0
    ends: list[str] = []
    takes_end = False
    for _ in range(MOST_TOKENS):
        match = _TOKEN.match(text, place)
        if match is None:
            return
        place = match.end()
        kind = match.lastgroup or ""
        if kind in {"blank", "comment"}:
            continue
        if kind == "word" and takes_end:
            ends.append(unquoted(match[0]))
        takes_end = kind == "redirect" and match[0].lstrip("0123456789") in {"<<", "<<-"}
        yield Token(kind, match[0], match.start(), place)
        if match[0] == "\n" and ends:
            place = _after_documents(text, place, ends)
            ends = []


def _after_documents(text: str, place: int, ends: list[str]) -> int:
    for end in ends:
        found = re.compile(rf"^\t*{re.escape(end)}\r?$", re.MULTILINE).search(text, place)
        if found is None:
            return len(text)
        place = found.end()
    return place


def unquoted(word: str) -> str:
    """Return *word* with its quotes taken off."""
    return _QUOTED.sub(lambda match: match[1] or match[2] or match[3] or "", word)


def expanded(word: str, values: dict[str, str]) -> str:
    """Return *word* without quotes, the variables of *values* put in; others stay as written."""
    if "$" in word and not word.startswith("'"):
        word = _VARIABLE.sub(lambda match: values.get(match[1] or match[2], match[0]), word)
    return unquoted(word)
