"""What the supply part knows: measures, parties, ownership, and what a list said of a party.

Dates are ISO text (see `dates`), shares are permille, states are words. The same records hold for
every jurisdiction.
"""

from typing import Literal

from assay.model.record import Digest, Record

State = Literal["active", "suspended", "proposed", "repealed", "unknown", "not-yet", "ended"]
Kind = Literal["black-list", "white-list", "category", "export-licence", "procurement", "counter"]
Follows = Literal[
    "licence-needed",
    "purchase-barred",
    "authorisation-barred",
    "funding-barred",
    "installation-barred",
    "approval-needed",
    "assets-frozen",
    "compliance-barred",
    "policy-only",
]
AffiliateRule = Literal["none", "named", "subsidiaries", "half", "majority-or-control", "control"]
NameKind = Literal["name", "alias", "former", "local", "weak"]
OwnershipKind = Literal["ownership", "control", "consolidation"]
DeadlineAction = Literal["no-new", "remove", "cap"]


class Source(Record):
    """Where a row was read: title, address, the day it was read, digest of the file if any."""

    title: str
    url: str
    retrieved: str = ""
    sha256: Digest = ""


class Interval(Record):
    """A time for which a measure was in a state; `known` is the day that became public."""

    state: State
    since: str = ""
    until: str = ""
    known: str = ""


class Deadline(Record):
    """What must have happened in a network domain by the end of the day `on`."""

    domain: str
    action: DeadlineAction
    on: str
    known: str = ""
    cap_permille: int = 0
    note: str = ""


class Exemption(Record):
    """What a measure leaves free: uses, or equipment in service before a day.

    Empty `parties` means for all whom the measure names.
    """

    id: str
    title: str
    uses: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    in_service_before: str = ""
    since: str = ""
    until: str = ""
    known: str = ""
    source: Source | None = None
    verified: bool = True


class Category(Record):
    """A target without a name: equipment of a domain, by where it was produced."""

    domains: tuple[str, ...]
    produced_outside: tuple[str, ...] = ()
    produced_in: tuple[str, ...] = ()


class NamedAffiliates(Record):
    """How many companies of a party's group a measure named on a day, besides the party."""

    on: str
    count: int
    reference: str = ""
    verified: bool = True


class Listing(Record):
    """That a measure names a party, from when to when, and since when that is known."""

    measure: str
    since: str = ""
    until: str = ""
    known: str = ""
    reference: str = ""
    affiliates: tuple[NamedAffiliates, ...] = ()
    verified: bool = True
    source: Source | None = None


class Measure(Record):
    """A legal restriction or its counterpart.

    `binds` names roles, `affects` what it touches: `new`, `installed`, `export`, `contract`,
    `service`. Empty `domains` means all. `list` is the list that names its parties, if one does;
    `spares` are countries whose companies the rule on affiliates does not reach.
    """

    id: str
    title: str
    jurisdiction: str
    act: str
    kind: Kind
    follows: Follows
    binds: tuple[str, ...]
    affects: tuple[str, ...]
    intervals: tuple[Interval, ...]
    source: Source
    verified: bool
    domains: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    affiliates: AffiliateRule = "none"
    affiliates_of: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    category: Category | None = None
    list: str = ""
    opposes: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    note: str = ""


class PartyName(Record):
    """A name of a party and how good it is; former names carry their dates."""

    text: str
    kind: NameKind = "name"
    since: str = ""
    until: str = ""


class Identifier(Record):
    """An identifier, with the register that gave it, such as `lei` or `us-csl`."""

    scheme: str
    value: str


class Ownership(Record):
    """That *owner* holds a share of a party; -1 permille where the share is not stated."""

    owner: str
    permille: int = -1
    kind: OwnershipKind = "ownership"
    since: str = ""
    until: str = ""
    verified: bool = True
    source: Source | None = None


class Party(Record):
    """A company, person or other subject, with everything one list says of it."""

    id: str
    names: tuple[PartyName, ...]
    country: str = ""
    kind: Literal["organisation", "person", "vessel", "aircraft", "unknown"] = "organisation"
    ids: tuple[Identifier, ...] = ()
    owners: tuple[Ownership, ...] = ()
    listings: tuple[Listing, ...] = ()
    list: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """The first name."""
        return self.names[0].text if self.names else self.id
