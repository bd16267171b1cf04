"""Questions checked: a word that nobody knows must not turn into "does not bind you".

Roles and uses are those that measures speak of; a test holds the data to these words.
"""

from collections.abc import Sequence

from assay.errors import UnknownName
from assay.supply.answers import Question
from assay.supply.dates import parse_date
from assay.supply.domains import domain_of, domains
from assay.supply.jurisdictions import country_code, jurisdictions as jurisdiction_codes

ROLES = (
    "contractor",
    "defence-procurer",
    "exporter",
    "federal-procurer",
    "importer",
    "manufacturer",
    "member-state",
    "operator",
    "public-procurer",
    "subsidy-recipient",
)
USES = (
    "conditional-approval",
    "contract",
    "export",
    "installed",
    "maintenance",
    "new",
    "open-source",
    "published",
    "security-research",
    "service",
    "standards",
    "stock",
    "update",
)


def make_question(
    *,
    date: str,
    known: str = "",
    jurisdictions: Sequence[str] = (),
    roles: Sequence[str] = (),
    uses: Sequence[str] = (),
    domain: str = "",
    produced_in: str = "",
) -> Question:
    """Return a checked question; raises UsageError for what is no date, law, role, use or place."""
    return Question(
        date=parse_date(date),
        known=parse_date(known) if known else "",
        jurisdictions=jurisdiction_codes(tuple(jurisdictions)),
        roles=_words("role", roles, ROLES),
        uses=_words("use", uses, USES),
        domain=_domain(domain),
        produced_in=_country(produced_in),
    )


def _words(kind: str, asked: Sequence[str], known: tuple[str, ...]) -> tuple[str, ...]:
    for word in asked:
        if word not in known:
            raise UnknownName(f"no {kind} {word!r}", advice=f"Known: {', '.join(known)}.")
    return tuple(sorted(set(asked)))


def _domain(text: str) -> str:
    found = domain_of(text) if text else ""
    if text and not found:
        known = ", ".join(sorted(domains().titles))
        raise UnknownName(f"no network domain {text!r}", advice=f"Known: {known}.")
    return found


def _country(text: str) -> str:
    found = country_code(text) if text else ""
    if text and not found:
        raise UnknownName(f"no country {text!r}", advice="Use a name or an ISO code.")
    return found
