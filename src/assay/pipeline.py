"""The stages in order, and nothing else: from an image to the result that is sealed.

Later stages are imported while the workers are busy with the image.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from assay import __version__
from assay._kernel import canonical
from assay._kernel.cache import Cache
from assay._kernel.registry import modules_with
from assay._kernel.tool import tool_digest
from assay._kernel.value import Value
from assay._kernel.workers import Bounds
from assay.errors import UnknownName
from assay.gather.gather import gather
from assay.inventory.declared import Declared, declared_options
from assay.inventory.examiner import examiner
from assay.inventory.fingerprints.choice import choose_index, index_problems
from assay.inventory.fingerprints.index import digest_of_chosen
from assay.inventory.image import Inventory
from assay.judge.profile import Profile, load
from assay.model.accounting import coverage
from assay.model.flaws import Statement
from assay.model.result import Component, Evaluation, Option, Subject, Tool
from assay.model.tree import Container
from assay.unpack.limits import Limits
from assay.vulns.choice import chosen_snapshot, options_of

SCHEMA = "https://assay.invalid/evaluation/1"
DEFAULT_PROFILE = "etsi-en-303-645"

Progress = Callable[[str, int, int, int], None]
"""Called with the stage, items finished, items known, and bytes read in this stage."""


class Evaluated(msgspec.Struct):
    """An evaluation, and how it came about: seconds per stage, cached or not.

    `image` is the inventory behind it, where the evaluation was not taken from the cache; `key`
    is what the cache has it under, empty when it has not.
    """

    evaluation: Evaluation
    cached: bool = False
    stages: dict[str, float] = msgspec.field(default_factory=dict)
    image: Inventory | None = None
    key: str = ""


class Identified(Value):
    """What an image holds, without tests: its inventory and its components."""

    subject: Subject
    tool: Tool
    image: Inventory
    components: tuple[Component, ...]


def identified(
    path: str | os.PathLike[str],
    *,
    workers: int = 0,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Identified:
    """Return the components of the image or directory at *path*, without testing it."""
    run = _Run(load(DEFAULT_PROFILE), workers, cache, Limits(), (), None, (), progress)
    return run.identify(Path(path))


def evaluate(
    path: str | os.PathLike[str],
    *,
    profile: str = DEFAULT_PROFILE,
    workers: int = 0,
    cache: Cache | None = None,
    limits: Limits | None = None,
    absent: Sequence[str] = (),
    snapshot: str = "",
    statements: Sequence[Statement] = (),
    declared: Declared | None = None,
    index: str | os.PathLike[str] = "",
    progress: Progress | None = None,
    meanwhile: Iterable[object] = (),
) -> Evaluated:
    """Return the evaluation of the image or directory at *path* against *profile*.

    *workers* 0 means one for each processor. *absent* names features of the profile that the
    product is declared not to have; *declared* is what its documents name. *snapshot* names the
    advisories for known flaws: the newest by default, `none` for none; *statements* are VEX
    statements about them. *index* is a fingerprint index to use in place of Assay's own. The steps
    of *meanwhile* are taken while the workers are busy. The result depends on the input's bytes,
    this Assay and the options only. Raises `assay.errors.AssayError` for what cannot be carried
    out.
    """
    choose_index(index)
    chosen = load(profile)
    unknown = sorted(set(absent) - set(chosen.features))
    if unknown:
        raise UnknownName(
            f"{chosen.id} has no feature named {unknown[0]}",
            advice=f"It has: {', '.join(sorted(chosen.features))}.",
        )
    lacking = tuple(sorted(set(absent)))
    advisories = chosen_snapshot(snapshot)
    run = _Run(
        chosen,
        workers,
        cache,
        limits or Limits(),
        lacking,
        advisories,
        tuple(statements),
        progress,
        declared,
        meanwhile,
    )
    return run.evaluate(Path(path))


class _Run(msgspec.Struct):
    profile: Profile
    workers: int
    cache: Cache | None
    limits: Limits
    absent: tuple[str, ...]
    advisories: Path | None
    statements: tuple[Statement, ...]
    progress: Progress | None
    declared: Declared | None = None
    meanwhile: Iterable[object] = ()
    stages: dict[str, float] = msgspec.field(default_factory=dict)
    containers: tuple[Container, ...] = ()

    def evaluate(self, path: Path) -> Evaluated:
        key = self._key(path)
        if key and self.cache is not None and (known := self.cache.get(key)) is not None:
            return Evaluated(canonical.decode(known, Evaluation), cached=True, key=key)
        evaluation, image = self._fresh(path)
        if evaluation.subject.sha256 not in key:
            key = ""  # the image changed between the look-up and its reading
        if key and self.cache is not None:
            self.cache.put_behind("evaluations", [(key, canonical.encode(evaluation))])
        return Evaluated(evaluation, stages=self.stages, image=image, key=key)

    def _key(self, path: Path) -> str:
        """Return the cache key of a finished evaluation; empty for what has no digest yet."""
        if self.cache is None or not path.is_file():
            return ""
        import hashlib

        with path.open("rb") as file:
            image = hashlib.file_digest(file, "sha256").hexdigest()
        options = canonical.digest(self._options())
        return f"evaluation/{tool_digest()}/{image}/{options}"

    def _options(self) -> tuple[Option, ...]:
        changed = [
            Option(name=f"limit.{name}", value=str(value))
            for name, value in self.limits.changed().items()
        ]
        return (
            Option(name="profile", value=self.profile.id),
            Option(name="profile.digest", value=canonical.digest(self.profile)),
            *(Option(name="absent", value=feature) for feature in self.absent),
            *options_of(self.advisories, self.statements),
            *declared_options(self.declared),
            *(Option(name="index", value=one) for one in (digest_of_chosen(),) if one),
            *changed,
        )

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        if self.progress is not None:
            self.progress(name, 0, 0, 0)
        yield
        self.stages[name] = time.monotonic() - started

    def _observe(self, finished: int, known: int, size: int) -> None:
        if self.progress is not None:
            self.progress("unpack and examine", finished, known, size)

    def identify(self, path: Path) -> Identified:
        """Return what is in the image at *path*, with its components."""
        subject, image = self._read(path)
        return self._identified(subject, image)

    def _read(self, path: Path) -> tuple[Subject, Inventory]:
        with self._stage("unpack and examine"):
            subject, gathered = gather(
                path, workers=self.workers, limits=self.limits, cache=self.cache,
                observer=self._observe, meanwhile=_load_stages(self.meanwhile),
            )  # fmt: skip
        self.containers = tuple(gathered.containers)
        with self._stage("inventory"):
            covered = coverage(gathered.containers, gathered.nodes, unread=gathered.unread)
            kinds = [module.KIND for module in examiner().modules]
            problems = (*gathered.problems, *index_problems())
            image = Inventory(gathered.nodes, gathered.facts, kinds, covered, problems)
        return subject, image

    def _identified(self, subject: Subject, image: Inventory) -> Identified:
        with self._stage("identify"):
            from assay.identify.components import identify

            components = image.components = identify(image)
        tool = Tool(name="assay", version=__version__, digest=tool_digest())
        return Identified(subject, tool, image, components)

    def _fresh(self, path: Path) -> tuple[Evaluation, Inventory]:
        from assay.checks.beside import Beside
        from assay.checks.runner import run_checks
        from assay.judge.verdict import judge, overall
        from assay.vulns.stage import known_flaws

        subject, image = self._read(path)
        bounds = Bounds(memory=self.limits.memory, seconds=self.limits.seconds)
        with Beside(image, self.workers, bounds) as beside:
            known = self._identified(subject, image)
            with self._stage("known flaws"):
                search, flaws = known_flaws(
                    image, known.components, self.advisories, self.statements
                )
                image.flaw_search, image.flaws = search, flaws
            image.declared = self.declared
            with self._stage("check"):
                results, failures = run_checks(image, done=beside.results())
        with self._stage("judge"):
            problems = (*image.problems, *failures)
            verdicts = judge(self.profile, tuple(results), image.coverage, problems, self.absent)
        evaluation = Evaluation(
            schema=SCHEMA,
            subject=known.subject,
            tool=known.tool,
            profile=self.profile.id,
            profile_title=self.profile.title,
            options=self._options(),
            verdict=overall(verdicts),
            coverage=image.coverage,
            containers=self.containers,
            nodes=image.nodes,
            components=known.components,
            results=tuple(results),
            verdicts=verdicts,
            problems=problems,
            flaw_search=search,
            flaws=flaws,
        )
        return evaluation, image


def _load_stages(more: Iterable[object]) -> Iterator[object]:
    """Load what the later stages need, a step at a time, and go on with the steps of *more*."""
    from assay.identify.components import matchers

    yield matchers()
    yield from modules_with("assay.checks", "CHECK")
    from assay.judge import verdict
    from assay.vulns import stage

    yield verdict, stage
    yield tool_digest()
    yield from more
