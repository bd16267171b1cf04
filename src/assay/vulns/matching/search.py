"""The search for known flaws: every component against a store, the same answer for ever.

A pure function of components, setting, store and statements: the image itself is not needed, so
an old evaluation can be matched anew.
"""

from collections.abc import Iterator, Sequence

import msgspec

from assay._kernel import lazy_re
from assay.model.flaws import FlawSearch, KnownFlaw, Proof, Searched, Setting, Statement
from assay.model.result import Component
from assay.vulns.advisory import Advisory, Affected
from assay.vulns.identities import scheme_of
from assay.vulns.kernel_presence import missing_code
from assay.vulns.matching.deciding import Decision, Said, decide, excluded
from assay.vulns.matching.devices import device_subjects, weigh_device
from assay.vulns.matching.kernel_origin import doubt_of_origin
from assay.vulns.matching.platforms import platforms_met
from assay.vulns.matching.priority import priority
from assay.vulns.matching.severity import Severity, severity_of
from assay.vulns.matching.spans import Versions, answer
from assay.vulns.matching.subjects import Subject, patched_revision, subject_of
from assay.vulns.matching.wording import sentence
from assay.vulns.presence import missing_part
from assay.vulns.store.reading import Store
from assay.vulns.vex.applying import applied, by_flaw

MOST_FLAWS = 20_000
MOST_PROOFS = 3
PARTS = {"fragment", "partial-copy"}
"""Kinds of components of which the flawed part may be missing."""
WHOLE = {"full-copy", "program", "package", "kernel"}
SUMMARIES = ("nvd", "cve")
"""Sources whose texts and scores are preferred, in this order."""


class _Count(msgspec.Struct):
    records: int = 0
    affected: int = 0
    possibly: int = 0
    not_affected: int = 0
    undecided: int = 0


class Search(msgspec.Struct):
    """A search in one store; `run` gives its record and the flaws, the weightiest first."""

    store: Store
    setting: Setting
    statements: Sequence[Statement] = ()
    problems: list[str] = msgspec.field(default_factory=list)
    _advisories: dict[str, list[Advisory]] = msgspec.field(default_factory=dict)
    _coverage: dict[str, bool] = msgspec.field(default_factory=dict)
    _whole: dict[str, list[str]] = msgspec.field(default_factory=dict)

    def run(self, components: Sequence[Component]) -> tuple[FlawSearch, tuple[KnownFlaw, ...]]:
        """Return how *components* were looked for and what was found."""
        subjects = [subject_of(one, self.setting) for one in components]
        subjects += device_subjects(self.store, self.setting.devices)
        for one in components:
            for place in one.occurrences if one.kind in WHOLE else ():
                self._whole.setdefault(place.path, []).append(f"{one.name} {one.version}".strip())
        flaws: list[KnownFlaw] = []
        searched = []
        for subject in subjects:
            count = _Count()
            flaws += self._flaws(subject, subjects, count)
            searched.append(_searched(subject, count))
        flaws.sort(key=lambda one: (-one.priority, one.id, one.component, one.version))
        if len(flaws) > MOST_FLAWS:
            self.problems.append(f"{len(flaws) - MOST_FLAWS} flaws of low priority were left out")
        manifest = self.store.manifest
        search = FlawSearch(
            snapshot=manifest.digest,
            as_of=manifest.as_of,
            sources=tuple(sorted({f"{one.feed} {one.day}".strip() for one in manifest.sources})),
            setting=self.setting,
            searched=tuple(searched),
            problems=tuple(self.problems),
            statements=tuple(self.statements),
        )
        return search, tuple(flaws[:MOST_FLAWS])

    def _flaws(
        self, subject: Subject, present: list[Subject], count: _Count
    ) -> Iterator[KnownFlaw]:
        component_statements = by_flaw(self.statements)
        for identity, said in self._said(subject, present).items():
            count.records += 1
            only_others = excluded(said)
            if only_others is not None:
                count.not_affected += only_others
                count.undecided += not only_others
                continue
            decision = decide(subject, said)
            if subject.device and decision.status != "not-affected":
                weigh_device(subject, decision, said)
            if decision.status is None:
                count.undecided += 1
            elif decision.status == "not-affected" and not decision.corrected:
                count.not_affected += 1
            else:
                flaw = self._flaw(subject, identity, decision, said)
                if flaw is None:
                    count.not_affected += 1
                    continue
                flaw = applied(flaw, component_statements.get(identity, ()), subject.component)
                count.affected += flaw.status == "affected"
                count.possibly += flaw.status == "possibly-affected"
                count.not_affected += flaw.status == "not-affected"
                yield flaw

    def _said(self, subject: Subject, present: list[Subject]) -> dict[str, list[Said]]:
        """Return everything that the store says of *subject*, by flaw."""
        found: dict[str, list[Said]] = {}
        for key in subject.keys:
            for identity, source, entries in self.store.of_product(key):
                for entry in entries:
                    versions = _in_scheme(subject, entry, key)
                    found.setdefault(identity, []).append(
                        self._one(source, entry, versions, present)
                    )
        if subject.package is not None:
            for identity, source, entries in self.store.of_product(subject.package.key):
                fitting = _of_release(entries, subject.package.release)
                for entry in fitting:
                    said = self._one(source, entry, subject.package.versions, present)
                    found.setdefault(identity, []).append(said)
        return dict(sorted(found.items()))

    def _one(
        self, source: str, entry: Affected, versions: Versions, present: list[Subject]
    ) -> Said:
        found = answer(entry, versions)
        met, missing = (
            ("met", "")
            if found == "unaffected" or not entry.platforms
            else (platforms_met(entry, present, self.setting.machine))
        )
        return Said(source, entry, found, met, missing, versions)  # type: ignore[arg-type]

    def _flaw(
        self, subject: Subject, identity: str, decision: Decision, said: list[Said]
    ) -> KnownFlaw | None:
        records = self._records(identity)
        if any(one.state == "rejected" for one in records if not one.source.startswith("osv:")):
            return None
        if any(one.state == "disputed" for one in records):
            decision.doubts.append("the flaw itself is disputed")
        component = subject.component
        self._weigh_package(subject, decision, said)
        missing = self._missing(subject, identity, decision, said)
        status = decision.status or "possibly-affected"
        severity = _severity(records)
        exploited, likelihood = self.store.exploited(identity), self.store.likelihood(identity)
        marks, says = self._exposure(component)
        return KnownFlaw(
            id=identity,
            component=component.name,
            version=component.version,
            purl=component.purl,
            status=status,
            says=sentence(subject, identity, decision, status),
            summary=next((one.summary for one in records if one.summary), ""),
            severity=severity.word,
            score=severity.score,
            vector=severity.vector,
            cwe=next((one.cwe for one in records if one.cwe), ()),
            exploited=exploited.added if exploited else "",
            likelihood=likelihood.chance if likelihood else -1,
            exposure=says,
            grounds=tuple(decision.grounds),
            doubts=tuple(dict.fromkeys(decision.doubts)),
            justification=_justification(status, missing),
            proofs=_proofs(component),
            priority=0 if status == "not-affected" else priority(
                severity, exploited, likelihood, marks, certain=status == "affected"
            ),
        )  # fmt: skip

    def _missing(
        self, subject: Subject, identity: str, decision: Decision, said: list[Said]
    ) -> str:
        """Return why the code of the flaw is not there, and settle or doubt *decision* by it."""
        component = subject.component
        why, certain = missing_part(component, identity, self.setting)
        if not why and component.kind == "kernel":
            records = self._records(identity)
            text = next((one.summary for one in records if one.summary), "")
            why, certain = missing_code(component, _files(said, records), text, self.setting)
        if why and not certain:
            decision.status = "possibly-affected"
            decision.doubts.insert(0, why)
        elif why:
            decision.status, decision.absent = "not-affected", why
        return why if certain else ""

    def _weigh_package(self, subject: Subject, decision: Decision, said: list[Said]) -> None:
        """Doubt a match by upstream version where a packager may have taken the fix over."""
        if subject.component.kind == "kernel":
            # the release itself tells which fixes of the stable branch are in it
            doubt = doubt_of_origin(said, subject.versions.low)
            if decision.status == "affected" and doubt:
                decision.status = "possibly-affected"
                decision.doubts.append(doubt)
            return
        if subject.component.kind in PARTS and decision.status != "not-affected":
            decision.status = "possibly-affected"
            decision.doubts.insert(0, self._part_of(subject.component))
        revision = patched_revision(subject.component.purl)
        told = subject.package is not None and self._covered(subject.package.key)
        if decision.status == "affected" and revision and not told:
            decision.status = "possibly-affected"
            decision.doubts.append(
                f"package revision {revision} may hold fixes, and the store has no advisories of "
                "its distribution"
            )

    def _part_of(self, component: Component) -> str:
        """Return what stands against flaws of a *component* of which only a part is there."""
        paths = {one.path for one in component.occurrences}
        hosts = sorted({name for path in paths for name in self._whole.get(path, ())})
        if hosts and all(path in self._whole for path in paths):
            return f"its traces lie in files of {hosts[0]} only, which may share just them with it"
        return "only a part of the component is known to be there"

    def _covered(self, key: str) -> bool:
        if key not in self._coverage:
            self._coverage[key] = bool(self.store.keys([key]))
        return self._coverage[key]

    def _records(self, identity: str) -> list[Advisory]:
        if identity not in self._advisories:
            order = {source: place for place, source in enumerate(SUMMARIES)}
            records = self.store.of_id(identity)
            records.sort(key=lambda one: (order.get(one.source, len(order)), one.source))
            self._advisories[identity] = records
        return self._advisories[identity]

    def _exposure(self, component: Component) -> tuple[tuple[str, ...], tuple[str, ...]]:
        for one in self.setting.exposures:
            if (one.component, one.version) == (component.name, component.version):
                return one.marks, one.says
        return (), ()


_SOURCE_FILE = lazy_re.compile(
    r"\b(?:arch|block|crypto|drivers|fs|io_uring|ipc|kernel|lib|mm|net|security|sound|virt|tools|samples)"
    r"/[A-Za-z0-9_/-]{1,80}\.c\b"
)


def _files(said: list[Said], records: list[Advisory]) -> list[str]:
    """Return the source files of a flaw: those a record lists, else those its text names."""
    listed = {file for one in said for file in one.entry.files}
    told = {file for one in records for file in _SOURCE_FILE.findall(one.summary)}
    return sorted(listed or told)


def _justification(status: str, missing: str) -> str:
    if status != "not-affected":
        return ""
    return "vulnerable_code_not_present" if missing else "already_fixed"


def _in_scheme(subject: Subject, entry: Affected, key: str) -> Versions:
    """Return the versions of *subject* in the order that *entry* counts in."""
    scheme = subject.product.scheme if subject.product else entry.scheme or scheme_of(key)
    return (
        subject.versions
        if scheme == subject.versions.scheme
        else subject.versions._replace(scheme=scheme)
    )


def _of_release(entries: list[Affected], release: str) -> list[Affected]:
    """Return the entries for *release*; all of them where the release is not known."""
    numbers = {"11": "bullseye", "12": "bookworm", "13": "trixie", "10": "buster"}
    named = [one for one in entries if release and release in
             {one.release, numbers.get(one.release, "")}]  # fmt: skip
    return named if release else entries


def _severity(records: list[Advisory]) -> Severity:
    vectors = tuple(dict.fromkeys(vector for one in records for vector in one.vectors))
    return severity_of(vectors, next((one.severity for one in records if one.severity), ""))


def _proofs(component: Component) -> tuple[Proof, ...]:
    return tuple(
        Proof(
            path=one.path,
            blob=one.blob,
            offset=one.offset,
            length=one.length,
            excerpt=one.excerpt,
        )
        for one in component.occurrences[:MOST_PROOFS]
    )


def _searched(subject: Subject, count: _Count) -> Searched:
    component = subject.component
    return Searched(
        component=component.name,
        version=component.version,
        records=count.records,
        affected=count.affected,
        possibly=count.possibly,
        not_affected=count.not_affected,
        undecided=count.undecided,
    )
