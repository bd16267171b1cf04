"""Takes an input apart: one pass over all blobs of a file or a directory."""

import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from assay._kernel.multipattern import remember_in
from assay._kernel.processors import available_processors
from assay._kernel.registry import modules_with
from assay._kernel.scratch import scratch_folder
from assay._kernel.tool import tool_digest
from assay._kernel.workers import Bounds, Pool
from assay.errors import StorageError, UnreadableInput
from assay.gather import worker
from assay.gather.driver import Driver, Gathered, GlobalLimit, Keep, Observer
from assay.gather.folder import tree_digest, walk
from assay.gather.jobs import Configuration, Source
from assay.model.record import replace
from assay.model.result import Subject
from assay.model.tree import Container, Node, Origin, Region
from assay.unpack.limits import Limits
from assay.unpack.scan import scanner

if TYPE_CHECKING:
    from assay._kernel.cache import Cache

ENOUGH = 200
"""Entries that are worth a transaction of the cache while the workers are busy."""
ADVICE = "Give an image file, a directory, or a tar of a root file system."


def gather(
    path: Path,
    *,
    workers: int = 0,
    limits: Limits | None = None,
    cache: "Cache | None" = None,
    observer: Observer | None = None,
    store: Path | None = None,
    keep: Keep | None = None,
    meanwhile: Iterator[object] | None = None,
    examine: bool = True,
    lasting: Path | None = None,
) -> tuple[Subject, Gathered]:
    """Return what *path* is and everything that is in it.

    *workers* 0 means one for each processor. The contents of nodes that *keep* chooses are written
    to the folder *store* under their digests; with *lasting*, a folder for decoded data that
    outlives the pass, the result says where they lie. Steps of *meanwhile* are taken while the
    workers are busy: the place to load what is needed afterwards. Without *examine* no facts are
    gathered. Raises `UnreadableInput` for what cannot be read and `StorageError` when there is no
    room for decoded data.
    """
    limits = limits or Limits()
    is_folder = is_directory(path)
    for ordered in (False, True):
        try:
            with pool_for(workers, limits, cache, store, examine=examine, lasting=lasting) as pool:
                prepare: Iterable[object] = _load_examiner() if examine else ()
                if is_folder:  # the first jobs already examine files: no worker is to start before
                    prepare = _all_taken(prepare)
                driver = Driver(
                    pool, limits, observer,
                    ordered=ordered, keep=keep, prepare=prepare, meanwhile=meanwhile,
                    remember=partial(_remember, cache, fewest=ENOUGH) if cache else None,
                )  # fmt: skip
                subject = _folder(path, driver) if is_folder else _file(path, driver)
                pool.end()
                if cache is not None:
                    _remember(cache, driver.result)
                break
        except GlobalLimit:
            continue
    return subject, driver.result


def _remember(cache: "Cache", result: Gathered, *, fewest: int = 1) -> None:
    """Move to *cache* what *result* has for it, if that is *fewest* entries."""
    from assay.inventory.examiner import Examination  # noqa: PLC0415 - not for a comparison

    if len(result.fresh) + len(result.contents) < fewest:
        return
    encode = msgspec.msgpack.Encoder().encode
    fresh = result.fresh.items()
    cache.put("facts", [(key, encode(Examination(*value))) for key, value in fresh])
    contents = result.contents.items()
    cache.put("contents", [(recipe, sha256.encode()) for recipe, sha256 in contents])
    result.fresh, result.contents = {}, {}


@contextmanager
def pool_for(
    workers: int,
    limits: Limits,
    cache: "Cache | None",
    store: Path | None,
    *,
    examine: bool,
    lasting: Path | None = None,
) -> Iterator[Pool]:
    """Return the workers of one pass, started, with a folder for what they decode."""
    with _scratch() if lasting is None else nullcontext(str(lasting)) as scratch:
        configuration = Configuration(
            limits=tuple(sorted(msgspec.structs.asdict(limits).items())),
            scratch=scratch,
            store=str(store) if store is not None else "",
            cache=str(cache.file.parent) if cache is not None else "",
            tool=_tool() if cache is not None else "",
            examine=examine,
            lasting=lasting is not None,
        )
        bounds = Bounds(memory=limits.memory, seconds=limits.seconds)
        encoded = msgspec.msgpack.encode(configuration)
        remember_in(cache)
        scanner()  # compiled here, so that forked workers share it
        # A cache that is only read is locked all the same, in files beside it.
        writable = [one for one in (scratch, configuration.store, configuration.cache) if one]
        count = workers or available_processors()
        with Pool(count, worker.start, encoded, bounds, writable) as pool:
            yield pool


def _tool() -> str:
    """Return what facts in a cache depend on beside the bytes of a file."""
    from assay.inventory.fingerprints.index import digest_of_chosen  # noqa: PLC0415

    return tool_digest() + digest_of_chosen()


def _load_examiner() -> Iterator[object]:
    """Load and compile what files are examined with, step by step, for forked workers to share.

    The first step does nothing, so that a worker can start before.
    """
    from assay.inventory.examiner import examiner  # noqa: PLC0415 - a comparison examines nothing
    from assay.inventory.fingerprints.index import why_none  # noqa: PLC0415
    from assay.inventory.marks import search  # noqa: PLC0415
    from assay.inventory.patterns import library  # noqa: PLC0415
    from assay.unpack.codecs import decoders  # noqa: PLC0415

    yield None
    yield decoders()
    yield library()
    yield search()
    yield from modules_with("assay.inventory.kinds", "KIND")
    yield examiner()
    yield examiner().prepared()
    yield why_none()


def _all_taken(steps: Iterable[object]) -> tuple[object, ...]:
    """Take all of *steps* now and return none."""
    for _ in steps:
        pass
    return ()


@contextmanager
def _scratch() -> Iterator[str]:
    with ExitStack() as held:
        try:
            folder = held.enter_context(scratch_folder())
        except OSError as error:
            raise StorageError(
                f"no folder for decoded data: {error.strerror}",
                advice="Set TMPDIR to a folder with room for the unpacked image.",
            ) from None
        yield folder


def is_directory(path: Path) -> bool:
    """Say whether *path* is a directory; raises when it is neither that nor a plain file."""
    try:
        status = path.stat()
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}", advice=ADVICE) from None
    if stat.S_ISDIR(status.st_mode):
        return True
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableInput(f"{path} is a device, fifo or socket", advice=ADVICE)
    if status.st_size == 0:
        raise UnreadableInput(f"{path} is empty", advice=ADVICE)
    try:
        with path.open("rb"):
            return False
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}", advice=ADVICE) from None


def _file(path: Path, driver: Driver) -> Subject:
    expect(path, driver)
    return subject_of(path, driver.run())


def expect(path: Path, driver: Driver) -> None:
    """Hand the file *path* to *driver*."""
    source = Source(file=str(path.resolve()), offset=0, size=path.stat().st_size)
    driver.blob(source, "", None, 0)


def subject_of(path: Path, result: Gathered) -> Subject:
    """Return what the file *path* is, from what was gathered; raises `UnreadableInput`."""
    image = next((c for c in result.containers if c.path == ""), None)
    if image is None:
        reasons = "; ".join(problem.says for problem in result.problems)
        raise UnreadableInput(f"{path} could not be read: {reasons}", advice=ADVICE)
    if result.facts.get(image.blob):
        # Raw code or data without a container: what was found in it belongs to the image itself.
        origin = Origin(container=image.blob, format="", offset=0, length=image.size)
        node = Node(path="image", kind="part", origin=origin, blob=image.blob, size=image.size)
        result.nodes.append(node)
        result.nodes.sort(key=lambda node: (node.path, node.origin.offset))
    return Subject(sha256=image.blob, size=image.size, kind="image")


def _folder(path: Path, driver: Driver) -> Subject:
    for node, source in walked(path):
        offer(node, source, driver)
    return folder_subject(driver.run())


def walked(path: Path) -> list[tuple[Node, Source | None]]:
    """Return what is below the directory *path*; raises `UnreadableInput`."""
    try:
        return list(walk(path))
    except OSError as error:
        raise UnreadableInput(f"{error.filename}: {error.strerror}", advice=ADVICE) from None


def offer(node: Node, source: Source | None, driver: Driver) -> None:
    """Hand what is in a directory to *driver*."""
    if source is None:
        driver.result.nodes.append(node)
    else:
        driver.file(source, node)


def folder_subject(result: Gathered, besides: Iterable[Node] = ()) -> Subject:
    """Return what the directory is of which *result* was gathered, and *besides* left out."""
    top = [node for node in result.nodes if node.origin.format == "directory"]
    every = sorted([*top, *besides], key=lambda node: (node.path, node.origin.offset))
    digest = tree_digest(every)
    size = sum(node.size for node in every)
    region = Region(offset=0, length=size, account="parsed", format="directory")
    result.nodes[:] = [
        replace(node, origin=replace(node.origin, container=digest))
        if node.origin.format == "directory"
        else node
        for node in result.nodes
    ]
    result.containers.insert(
        0, Container(blob=digest, path="", size=size, regions=(region,) if size else ())
    )
    return Subject(sha256=digest, size=size, kind="directory")
