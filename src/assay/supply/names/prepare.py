"""Company names made comparable: scripts transliterated, legal forms taken off, words weighed.

Sits before `compare` and `index`. Transliteration is that of the maintained library anyascii;
common terms of other scripts are translated first, for 有限公司 is a legal form, not a name.
"""

import unicodedata
from functools import lru_cache

from anyascii import anyascii

from assay._kernel import lazy_re
from assay.supply.names.words import WordTables, stem, word_tables

MOST_CHARACTERS = 300
MOST_TOKENS = 24
KEPT = 1 << 18
"""Names that stay prepared: those of a large list, about a kilobyte each."""

_JOINED_AMPERSAND = lazy_re.compile(r"\b(\w{1,3})\s?&\s?(\w)\b")
_APOSTROPHE = lazy_re.compile("(?<=\\w)['\u2019\x60\u00b4](?=\\w)")
_DOTTED = lazy_re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?")
_BREAK = lazy_re.compile(r"[^a-z0-9]+")
_CAPITAL = lazy_re.compile(r"[A-Z]")
_FORM_LETTERS = ("c", "l", "cl", "g", "gc", "i")
_NUMBER = lazy_re.compile(r"(\d+)(?:st|nd|rd|th)?")


class PreparedName:
    """A name ready to be compared; built by `prepare`, never stored."""

    __slots__ = (
        "acronyms",
        "core",
        "forms",
        "head",
        "numbers",
        "places",
        "spread",
        "text",
        "tokens",
        "weight",
        "weights",
    )

    def __init__(self, text: str, tokens: tuple[str, ...], forms: tuple[str, ...]) -> None:
        tables = word_tables()
        self.text = text
        self.tokens = tokens
        self.forms = forms
        self.weights = {token: _weight(token, tables) for token in tokens}
        self.weight = sum(self.weights.values())
        self.core = "".join(tokens)
        self.spread = " ".join(tokens)
        self.head = tokens[0] if tokens else ""
        self.places = frozenset(token for token in tokens if token in tables.places)
        self.numbers = frozenset(token for token in tokens if token.isdigit())
        self.acronyms: frozenset[str] = frozenset()


@lru_cache(maxsize=KEPT)
def prepare(text: str) -> PreparedName:
    """Return *text* prepared for comparison; only its first 300 characters are read."""
    tables = word_tables()
    plain = text[:MOST_CHARACTERS]
    if not plain.isascii():
        plain = anyascii(_translated(unicodedata.normalize("NFKC", plain), tables))
    words = _words(plain)
    kept, forms = _without_forms(words, tables)
    tokens = _canonical(kept, tables)
    name = PreparedName(text, tokens, forms)
    name.acronyms = _acronyms(plain, words, kept, tables)
    return name


def _words(plain: str) -> list[str]:
    lowered = _APOSTROPHE.sub("", _JOINED_AMPERSAND.sub(r"\1\2", plain)).lower()
    lowered = _DOTTED.sub(lambda found: found.group().replace(".", ""), lowered)
    return [word for word in _BREAK.split(lowered.replace("&", " and ")) if word][:MOST_TOKENS]


def _translated(text: str, tables: WordTables) -> str:
    """Translate the longest known terms; the rest stays for transliteration."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return text
    out: list[str] = []
    at = 0
    while at < len(text):
        term = _term_at(lowered, at, tables)
        out.append(f" {tables.scripts[term]} " if term else text[at])
        at += len(term) or 1
    return "".join(out)


def _term_at(text: str, at: int, tables: WordTables) -> str:
    if text[at].isascii():
        return ""
    for length in range(min(tables.longest_term, len(text) - at), 0, -1):
        term = text[at : at + length]
        if term in tables.scripts and _stands_alone(text, at, length):
            return term
    return ""


def _stands_alone(text: str, at: int, length: int) -> bool:
    """Alphabets separate words by spaces; scripts such as Han do not."""
    if ord(text[at]) >= 0x1100:
        return True
    before = text[at - 1] if at else " "
    after = text[at + length] if at + length < len(text) else " "
    return not before.isalpha() and not after.isalpha()


def _without_forms(words: list[str], tables: WordTables) -> tuple[list[str], tuple[str, ...]]:
    """Take legal forms off both ends; a name that is nothing else keeps its words."""
    kept, forms = list(words), []
    while (length := _form_length(kept, tables, at_end=True)) and length < len(kept):
        forms.append(tables.legal_forms[tuple(kept[-length:])])
        kept = kept[:-length]
        while kept and kept[-1] in tables.function and len(kept) > 1:
            kept = kept[:-1]
    while (length := _form_length(kept, tables, at_end=False)) and length < len(kept):
        forms.append(tables.legal_forms[tuple(kept[:length])])
        kept = kept[length:]
    inner = [word for word in kept if (word,) not in tables.legal_forms or len(word) > 4]
    if inner and len(inner) >= len(kept) - 1:
        kept = inner
    return kept, tuple(sorted(set(forms)))


def _form_length(words: list[str], tables: WordTables, *, at_end: bool) -> int:
    for length in range(min(tables.longest_form, len(words)), 0, -1):
        part = words[-length:] if at_end else words[:length]
        if tuple(part) in tables.legal_forms:
            return length
    return 0


def _canonical(words: list[str], tables: WordTables) -> tuple[str, ...]:
    tokens = []
    for word in words:
        number = _NUMBER.fullmatch(word)
        stemmed = number.group(1) if number else stem(word)
        token = tables.same.get(stemmed, stemmed)
        if token not in tables.function:
            tokens.append(token)
    return tuple(tokens) or tuple(words)


def _weight(token: str, tables: WordTables) -> int:
    known = tables.weights.get(token)
    if known is not None:
        return known
    if token.isdigit():
        return 700
    return 1000 if len(token) > 2 else 600


def _acronyms(plain: str, words: list[str], kept: list[str], tables: WordTables) -> frozenset[str]:
    """Return the short forms that initials of the name can give: with and without legal form."""
    capitals = "".join(_CAPITAL.findall(plain)).lower()
    significant = [word for word in words if word not in tables.function]
    initials = "".join(word[0] for word in significant)
    core = "".join(word[0] for word in kept if word not in tables.function)
    with_last = core + initials[-1:]
    found = {capitals, initials, core, with_last, initials[: len(core) + 1]}
    found.update(core + form for form in _FORM_LETTERS)
    if len(significant) < 2:
        return frozenset()
    return frozenset(text for text in found if 1 < len(text) <= 8)
