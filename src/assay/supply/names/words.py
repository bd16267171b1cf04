"""What the words of company names tell: legal forms, generic words, places, terms of other scripts.

The tables are `data/words.toml` (by hand) and `data/token_weights.tsv`: how often a word occurs
among the organisation names of the IEEE registration authority's public MA-L listing.
"""

import tomllib
from functools import lru_cache
from importlib import resources

from assay.model.record import Record

_GENERIC_WEIGHT = 150
_FUNCTION_WEIGHT = 0


class WordTables(Record):
    """The word tables, ready for look-up. Weights are in permille of a distinctive word."""

    legal_forms: dict[tuple[str, ...], str]
    longest_form: int
    function: frozenset[str]
    same: dict[str, str]
    scripts: dict[str, str]
    longest_term: int
    places: dict[str, str]
    weights: dict[str, int]


def stem(token: str) -> str:
    """Return *token* without an English plural ending."""
    if len(token) <= 3 or token[-1] != "s" or token[-2] in "suai":
        return token
    return token[:-3] + "y" if token.endswith("ies") and len(token) > 5 else token[:-1]


@lru_cache(maxsize=1)
def word_tables() -> WordTables:
    """Return the tables that ship with Assay, read once."""
    data = tomllib.loads(_text("words.toml"))
    forms = {
        tuple(form.split()): family
        for family, members in data["legal_forms"].items()
        for form in members
    }
    weights = dict(_token_weights())
    weights.update(dict.fromkeys(map(stem, data["generic"]["words"]), _GENERIC_WEIGHT))
    weights.update(dict.fromkeys(data["function"]["words"], _FUNCTION_WEIGHT))
    scripts = data["scripts"]
    return WordTables(
        legal_forms=forms,
        longest_form=max(map(len, forms)),
        function=frozenset(data["function"]["words"]),
        same={stem(word): meaning for word, meaning in data["same"].items()},
        scripts=scripts,
        longest_term=max(map(len, scripts)),
        places={stem(place): country for place, country in data["places"].items()},
        weights=weights,
    )


def _token_weights() -> list[tuple[str, int]]:
    rows = (line.split("\t") for line in _text("token_weights.tsv").splitlines())
    return [(row[0], int(row[1])) for row in rows if not row[0].startswith("#")]


def _text(name: str) -> str:
    return resources.files("assay.supply").joinpath("data", name).read_text(encoding="utf-8")
