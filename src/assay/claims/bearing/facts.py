"""The facts that claims are held against: identified images with their evaluations, and measures.

The interfaces are small on purpose: evaluations come from bundles, measures from the supply part.
"""

import re
from collections.abc import Iterable, Sequence

from assay.model.record import Digest, Record
from assay.model.result import Evaluation
from assay.supply.catalogue import Catalogue
from assay.supply.records import NamedAffiliates


class ImageFact(Record):
    """Which product an evaluated image is, as the user says, and its bundle."""

    bundle: Digest
    sha256: Digest
    vendor: str
    product: str
    version: str
    evaluation: Evaluation

    @property
    def label(self) -> str:
        """The image in words."""
        named = " ".join(part for part in (self.vendor, self.product, self.version) if part)
        return named or f"image {self.sha256[:16]}"


class MeasureFact(Record):
    """A measure as a list records it; `authority` is a jurisdiction's code, dates are ISO days."""

    id: str
    authority: str
    act: str
    kind: str
    date: str
    target: str
    names: tuple[str, ...]
    affiliates: tuple[tuple[str, int], ...]
    source: str
    verified: bool


def facts_of(catalogue: Catalogue) -> tuple[MeasureFact, ...]:
    """Return each listing of each party of *catalogue* as a fact, sorted by id and target."""
    measures = {measure.id: measure for measure in catalogue.measures}
    found = []
    for party in catalogue.parties:
        for listing in party.listings:
            measure = measures.get(listing.measure)
            if measure is None:
                continue
            source = listing.reference or (listing.source or measure.source).title
            found.append(
                MeasureFact(
                    id=measure.id,
                    authority=measure.jurisdiction,
                    act=f"{measure.title}; {measure.act}",
                    kind=measure.kind,
                    date=listing.since,
                    target=party.name,
                    names=tuple(name.text for name in party.names),
                    affiliates=_counts(listing.affiliates),
                    source=source,
                    verified=listing.verified and measure.verified,
                )
            )
    return tuple(sorted(found, key=lambda fact: (fact.id, fact.target, fact.date)))


def _counts(rows: Iterable[NamedAffiliates]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((row.on, row.count) for row in rows))


def same_name(text: str, names: Sequence[str]) -> bool:
    """Tell whether *text* names one of *names*: the distinctive first word stands in it."""
    words = set(re.findall(r"[\w-]+", text.lower()))
    firsts = {name.lower().split()[0] for name in names if name.isascii() and name.split()}
    return bool(words & firsts)
