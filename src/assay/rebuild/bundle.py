"""The bundle of a rebuild: the result, recipes, logs and the page, sealed like an evaluation.

`assay verify` checks it offline. The signed statement names the image, every recipe and every
source by digest.
"""

from collections.abc import Iterator, Mapping

from assay.compare.levels import LIMIT, TITLES, rank
from assay.rebuild.records import Part, Rebuild
from assay.rebuild.report import html
from assay.rebuild.verdict import STATES, verdict
from assay.seal import sealed
from assay.seal.keys import SigningKey
from assay.seal.members import MANIFEST
from assay.seal.run import RunRecord
from assay.seal.sealed import Sort
from assay.seal.signature import digests_of, stated

REBUILD = "rebuild.json"
FILE = "bundle.assay"
"""What the bundle is called in a folder of reports."""


def statement(result: Rebuild, members: Mapping[str, bytes]) -> bytes:
    """Return the in-toto Statement about image, recipes and sources."""
    digests = digests_of(members, (MANIFEST, REBUILD)) | {"image": result.image.sha256}
    recipes = [
        {
            "name": run.name,
            "version": run.version,
            "target": run.target,
            "sha256": run.recipe,
            "sources": {one.file: one.sha256 for one in run.sources},
        }
        for run in result.recipes
    ]
    predicate = {
        "tool": result.tool,
        "sandbox": result.sandbox,
        "level": result.level,
        "means": TITLES[result.level],
        "reason": result.reason,
        "recipes": recipes,
        "parts": {f"{part.path} {part.file}": part.level for part in result.parts},
        "limit": LIMIT,
    }
    return stated(digests, result.schema, predicate)


def contradictions(result: Rebuild) -> Iterator[str]:
    """Yield where *result* contradicts itself, one sentence each, in a fixed order."""
    for part in result.parts:
        yield from _part(part)
    if (result.level, result.reason) != verdict(result.parts):
        yield "the verdict does not follow from the parts"


def _part(part: Part) -> Iterator[str]:
    if part.state not in {"absent", "not-built"} and part.state != STATES[part.level]:
        yield f"{part.path} is called {part.state}, which is not what {part.level} means"
    if (part.level == "E0") != bool(part.built and part.shipped == part.built):
        yield f"the level of {part.path} does not follow from its digests"
    accounts = {one.account for one in part.sums}
    if rank(part.level) <= rank("E3") and accounts & {"differing", "unexplained"}:
        yield f"{part.path} is called {part.level}, but not every byte of it is explained"


SORT = Sort(
    member=REBUILD,
    schema="https://assay.invalid/rebuild-bundle/1",
    shape=Rebuild,
    statement=statement,
    contradictions=contradictions,
)


def build(
    result: Rebuild, run: RunRecord, files: Mapping[str, bytes], key: SigningKey | None = None
) -> Iterator[bytes]:
    """Yield the bytes of the bundle with *files*, which are recipes and logs, and the page."""
    page = {"rebuild.html": html.render(result)}
    yield from sealed.build(SORT, result, run, {**files, **page}, key)
