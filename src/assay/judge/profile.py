"""Profiles: a standard as data. The first half of judging, before any verdict.

A profile is a TOML file below `judge/profiles/`, or one that the user names by its path. It
holds requirement ids and our own paraphrases, never the wording of a standard.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from assay._kernel import canonical
from assay._kernel.beside import keep, kept
from assay._kernel.packaged import files
from assay._kernel.tool import tool_digest
from assay._kernel.value import Value
from assay.errors import UnknownName, UnreadableInput, UsageError
from assay.model.record import Digest, Record
from assay.model.result import Severity

Mode = Literal["static", "emulation", "document", "process", "hardware"]

MODES: tuple[Mode, ...] = ("static", "emulation", "document", "process", "hardware")
WORDS = 15
"""The most words that a paraphrase may have."""
LARGEST = 1 << 20
"""The most bytes that a profile may have."""


class Binding(Value):
    """A check that bears on a requirement, and what its outcome can do."""

    id: str
    can_fail: bool
    can_pass: bool


class Requirement(Record):
    """One clause of a standard.

    `coverage` is the permille of the image's bytes that must be accounted for before it can
    pass. `needs` names features (keys of the profile's `features`) without which it does not
    apply. `beyond` says what an image alone cannot show. `least` is the severity below which a
    finding is no counter-example, only an indication. `source` is a key of `sources`.

    The four lists hold check ids. `can_fail`: a confirmed finding fails the requirement.
    `can_pass`: the completed check is a procedure that counts towards a pass. `both`. `hints`:
    a finding is cited and withholds a pass, but decides nothing.
    """

    id: str
    says: str
    mandatory: bool
    mode: Mode
    verified: bool
    source: str
    coverage: int = 950
    needs: tuple[str, ...] = ()
    beyond: str = ""
    least: Severity = "low"
    can_fail: tuple[str, ...] = ()
    can_pass: tuple[str, ...] = ()
    both: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def checks(self) -> tuple[Binding, ...]:
        """All bindings, those that can fail first."""
        return (
            *(Binding(name, can_fail=True, can_pass=True) for name in self.both),
            *(Binding(name, can_fail=True, can_pass=False) for name in self.can_fail),
            *(Binding(name, can_fail=False, can_pass=True) for name in self.can_pass),
            *(Binding(name, can_fail=False, can_pass=False) for name in self.hints),
        )


class Profile(Record):
    """A standard as data. `sources` says where the ids come from; `notes` how it is used."""

    id: str
    title: str
    edition: str
    status: str
    url: str
    notes: str
    sources: dict[str, str]
    features: dict[str, str]
    requirements: tuple[Requirement, ...] = msgspec.field(name="requirement", default=())

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the profile's canonical JSON."""
        return canonical.digest(self)


def names() -> tuple[str, ...]:
    """Return the ids of the profiles that come with Assay, sorted."""
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in _shipped()))


def load(name: str) -> Profile:
    """Return the profile called *name*, or the one in the file *name* when it ends in `.toml`.

    Raises UnknownName, UnreadableInput, and UsageError when the content does not hold together.
    """
    if name.endswith(".toml"):
        return parse(_read(Path(name)), name)
    for entry in _shipped():
        if entry.name == f"{name}.toml":
            return _parsed(entry)
    raise UnknownName(
        f"there is no profile called {name}",
        advice=f"Known are {', '.join(names())}; or give the path of a .toml file.",
    )


def _parsed(shipped: Path) -> Profile:
    """Return a profile that comes with Assay; what was parsed is kept, as its text stays."""
    known = kept(shipped.name, tool_digest())
    if known is not None:
        return msgspec.msgpack.decode(known, type=Profile)
    profile = parse(shipped.read_bytes(), shipped.name)
    keep(shipped.name, tool_digest(), msgspec.msgpack.encode(profile))
    return profile


def parse(data: bytes, origin: str) -> Profile:
    """Return the profile in *data*; *origin* names it in the UsageError for a bad one."""
    import tomllib  # noqa: PLC0415 - most runs need no profile but one that was parsed before

    try:
        profile = msgspec.convert(tomllib.loads(data.decode()), Profile)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(
            f"{origin} is not a profile: {error}", advice="docs/verdicts.md shows the layout."
        ) from error
    complaints = tuple(faults(profile))
    if complaints:
        raise UsageError(
            f"{origin} does not hold together: {complaints[0]}",
            advice=f"{len(complaints)} such faults; docs/verdicts.md shows the layout.",
        )
    return profile


def faults(profile: Profile) -> Iterator[str]:
    """Yield what is wrong inside *profile*, one sentence each."""
    seen: set[str] = set()
    if not profile.requirements:
        yield "it has no requirement"
    for requirement in profile.requirements:
        if requirement.id in seen:
            yield f"requirement {requirement.id} occurs twice"
        seen.add(requirement.id)
        for fault in _faults_of(requirement, profile):
            yield f"requirement {requirement.id} {fault}"


def unknown_checks(profile: Profile, known: Collection[str]) -> tuple[str, ...]:
    """Return the check ids that *profile* names and *known* lacks, sorted."""
    named = {binding.id for item in profile.requirements for binding in item.checks}
    return tuple(sorted(named - set(known)))


def _faults_of(requirement: Requirement, profile: Profile) -> Iterator[str]:
    if not requirement.id or not requirement.says:
        yield "lacks an id or a paraphrase"
    if len(requirement.says.split()) > WORDS:
        yield f"has a paraphrase of more than {WORDS} words"
    if not 0 <= requirement.coverage <= 1000:
        yield f"needs a coverage of {requirement.coverage}, which is not a permille"
    if requirement.source not in profile.sources:
        yield f"names the source {requirement.source!r}, which is not listed"
    for feature in requirement.needs:
        if feature not in profile.features:
            yield f"needs the feature {feature!r}, which is not listed"
    ids = [binding.id for binding in requirement.checks]
    if len(ids) != len(set(ids)):
        yield "names a check twice"
    if requirement.mode != "static" and any(item.can_pass for item in requirement.checks):
        yield f"has mode {requirement.mode}, so no check of the image can pass it"


def _shipped() -> Iterator[Path]:
    folder = files("assay.judge") / "profiles"
    return (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise UnknownName(f"there is no profile file {path}", advice="Check the path.")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise UsageError(f"{path} is larger than {LARGEST} bytes: not a profile")
    return data
