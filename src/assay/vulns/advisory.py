"""What a source says about a flaw, in one form for all sources.

Readers of feeds (`feeds/`) make these records, the store (`store/`) keeps them, `matching/`
compares them with the components of an image.
"""

from typing import Literal

from assay.model.record import Record
from assay.vulns.kernel_conditions import condition_of

Status = Literal["affected", "unaffected", "unknown"]
State = Literal["published", "disputed", "rejected"]

LAST = "99999999"
"""The number that stands for the last release of a branch."""

SUMMARY = 300
"""The most characters of a summary that are kept."""


class Span(Record, array_like=True):
    """A run of versions and their status.

    `low` and `high` are empty where the run is open; `above` and `below` say that the end itself
    is not in it. `6.1.*` as an end is written `6.1.` and `LAST`.
    """

    status: Status
    low: str = ""
    high: str = ""
    above: bool = False
    below: bool = False


class Platform(Record, array_like=True):
    """What must be there too for a flaw to matter: a product, as CPE writes it."""

    part: str
    vendor: str
    product: str
    spans: tuple[Span, ...] = ()


class Affected(Record, array_like=True, omit_defaults=True):
    """Which versions of a product one authority calls affected.

    `product` is a key as `identities.py` makes them. Of the spans that hold a version the one
    that begins last decides; where none does, `default`. Of each group in `platforms` one must
    be present. `release` is the release of a distribution to which it applies. `files` are
    source files of the flaw; `note` is the authority's own reservation.
    """

    product: str
    by: str
    spans: tuple[Span, ...] = ()
    default: Status = "unaffected"
    scheme: str = ""
    platforms: tuple[tuple[Platform, ...], ...] = ()
    release: str = ""
    files: tuple[str, ...] = ()
    note: str = ""


class Advisory(Record, array_like=True, omit_defaults=True):
    """One record of a source about one flaw; `id` is a CVE number wherever there is one.

    `vectors` are CVSS vectors, the authority's own first; `severity` is its word where it gives
    no vector. Days are ISO dates.
    """

    id: str
    source: str
    affected: tuple[Affected, ...] = ()
    summary: str = ""
    published: str = ""
    modified: str = ""
    state: State = "published"
    vectors: tuple[str, ...] = ()
    severity: str = ""
    cwe: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()
    url: str = ""


class Exploited(Record, array_like=True):
    """A flaw that is known to be exploited: since when it is listed, by whom."""

    id: str
    added: str
    ransomware: bool = False


class Likelihood(Record, array_like=True):
    """How likely a flaw is exploited within 30 days (EPSS), and its rank; in millionths."""

    id: str
    chance: int
    rank: int
    day: str = ""


Item = Advisory | Exploited | Likelihood


def shortened(text: str) -> str:
    """Return *text* on one line, at most `SUMMARY` characters.

    A condition of the kernel's configuration that stands later in it is added.
    """
    flat = " ".join(text[: SUMMARY * 4].split())
    if len(flat) <= SUMMARY:
        return flat
    kept, condition = flat[: SUMMARY - 1].rstrip() + "…", condition_of(flat)
    return kept if condition in kept else f"{kept} {condition} …"
