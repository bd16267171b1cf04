"""Runs the kinds that a blob concerns and encodes their facts."""

from functools import lru_cache
from typing import NamedTuple

import msgspec

from assay._kernel.registry import modules_with
from assay.inventory.globs import Globs
from assay.inventory.kind import Kind, KindModule, looks_like_text

TOO_LARGE = "too large to be examined"


class Examiner:
    """Chooses kinds by path and content, and lets them state facts about a content."""

    def __init__(self, modules: tuple[KindModule, ...]) -> None:
        self.modules = modules
        self._paths = [
            (number, Globs(module.KIND.paths))
            for number, module in enumerate(modules)
            if module.KIND.paths
        ]
        self._encoder = msgspec.msgpack.Encoder()

    def prepared(self) -> int:
        """Make what is needed for every file of a kind, and return how many kinds have such."""
        steps = [step for one in self.modules if (step := getattr(one, "prepare", None))]
        for step in steps:
            step()
        return len(steps)

    def by_path(self, inner: str) -> frozenset[int]:
        """Return the numbers of the kinds that want a file at *inner*, whatever it holds."""
        lower = inner.lower()
        return frozenset([number for number, globs in self._paths if globs.match(lower)])

    def names(self, numbers: frozenset[int]) -> str:
        """Return the names and versions of the kinds *numbers*, for a cache key."""
        kinds = (self.modules[number].KIND for number in sorted(numbers))
        return ",".join(f"{kind.name}.{kind.version}" for kind in kinds)

    def examine(self, content: bytes, wanted: frozenset[int]) -> "Examination":
        """Return what the kinds that *content* or *wanted* calls for state about it."""
        text = looks_like_text(content)
        facts: dict[str, bytes] = {}
        failures: dict[str, str] = {}
        for number, module in enumerate(self.modules):
            kind = module.KIND
            if number not in wanted and not _concerns(kind, content, text=text):
                continue
            if len(content) > kind.most:
                failures[kind.name] = f"{TOO_LARGE}: more than {kind.most} bytes"
                continue
            try:
                found = module.examine(content)
            except Exception as error:  # noqa: BLE001 - one analyser must not spoil the others
                failures[kind.name] = f"{type(error).__name__}: {error}"
                continue
            if found is not None:
                facts[kind.name] = self._encoder.encode(found)
        return Examination(facts, failures)


class Examination(NamedTuple):
    """Encoded facts by kind, and the kinds that failed with the reason."""

    facts: dict[str, bytes]
    failures: dict[str, str]


def _concerns(kind: Kind, content: bytes, *, text: bool) -> bool:
    if kind.magic and content.startswith(kind.magic):
        return True
    return bool(content) and (kind.text if text else kind.binary)


@lru_cache(maxsize=1)
def examiner() -> Examiner:
    """Return the examiner over all kinds, by name."""
    found = modules_with("assay.inventory.kinds", "KIND")
    return Examiner(tuple(sorted(found, key=lambda module: module.KIND.name)))
