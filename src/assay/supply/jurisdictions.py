"""Countries by name or code, and whose law reaches where: members of the EU, the UN everywhere."""

from functools import lru_cache
from importlib import resources

from assay.errors import UsageError

EVERYWHERE = frozenset({"UN", "--"})
EU_MEMBERS = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
"""Members since 2020-02-01."""


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return name in lower case -> code, codes included."""
    text = resources.files("assay.supply").joinpath("data", "countries.tsv").read_text("utf-8")
    table: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            code, names = line.split("\t")
            table.update({name.lower(): code for name in (code, *names.split("|"))})
    return table


@lru_cache(maxsize=4096)
def country_code(text: str) -> str:
    """Return the ISO code that *text* names, empty when it is not known."""
    plain = " ".join(text.strip().strip(".").lower().split())
    return _countries().get(plain, "") or _countries().get(plain.removeprefix("the "), "")


def jurisdictions(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return *names* as codes; raises UsageError for one that is not known."""
    codes = []
    for name in names:
        code = name.upper() if name.upper() in {"EU", "UN"} else country_code(name)
        if not code:
            raise UsageError(
                f"no jurisdiction {name!r}", advice="Use ISO codes such as GB, US, DE, or EU, UN."
            )
        codes.append(code)
    return tuple(sorted(set(codes)))


def reaches(jurisdiction: str, asked: tuple[str, ...]) -> bool:
    """Return whether the law of *jurisdiction* is to be looked at; none asked means all."""
    if not asked or jurisdiction in asked or jurisdiction in EVERYWHERE:
        return True
    return jurisdiction == "EU" and bool(EU_MEMBERS.intersection(asked))
