"""Known flaws of an image: what was matched with which advisories, why, and who says otherwise."""

from typing import Literal

from assay.model.record import Digest, Record

FlawStatus = Literal["affected", "possibly-affected", "not-affected"]
VexStatus = Literal["not_affected", "affected", "fixed", "under_investigation"]
FlawSeverity = Literal["critical", "high", "medium", "low", "none", "unknown"]


class Ground(Record, array_like=True):
    """What one authority says: `affects` as it reads, and what follows for the version here."""

    by: str
    affects: str
    status: Literal["affected", "possibly-affected", "not-affected"]


class Statement(Record):
    """Somebody's statement about a flaw in a product (VEX), as given.

    `product` is a package URL, CPE name or plain name, empty for the whole image. `document` is
    the id of the document that holds it, `author` who signs for it.
    """

    flaw: str
    product: str
    status: VexStatus
    justification: str = ""
    says: str = ""
    author: str = ""
    day: str = ""
    document: str = ""


class Proof(Record, array_like=True):
    """Where the component stands: path, blob, offset and length in bytes."""

    path: str
    blob: Digest
    offset: int
    length: int
    excerpt: str


class KnownFlaw(Record):
    """A known flaw and a component of the image that it affects, or would affect.

    `says` is the match as a sentence; `doubts` what speaks against it or is not known. `score`
    is the CVSS base score in tenths (-1: none), `likelihood` EPSS in millionths (-1: none),
    `exploited` the day since when it is listed as exploited. `priority` orders flaws, the
    highest first. `justification` is the VEX justification where the status is not-affected.
    """

    id: str
    component: str
    version: str
    purl: str
    status: FlawStatus
    says: str
    summary: str
    severity: FlawSeverity
    score: int
    priority: int
    vector: str = ""
    cwe: tuple[int, ...] = ()
    exploited: str = ""
    likelihood: int = -1
    exposure: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()
    doubts: tuple[str, ...] = ()
    justification: str = ""
    statements: tuple[Statement, ...] = ()
    proofs: tuple[Proof, ...] = ()


class Exposure(Record, array_like=True):
    """How a component is reached in this image: `marks` are sorted, `says` tells them."""

    component: str
    version: str
    marks: tuple[str, ...]
    says: tuple[str, ...]
    proofs: tuple[Proof, ...] = ()


class Device(Record, array_like=True):
    """The product that the image is for, as its own files name it.

    `makers` are makers' names that the image has; `version` is the firmware's own number, empty
    where the files do not say it.
    """

    model: str
    makers: tuple[str, ...]
    version: str
    proofs: tuple[Proof, ...]


class Setting(Record):
    """What matching needs to know of an image besides its components.

    `options` are kernel options as `NAME=value` and stated only where the configuration was
    read; `modules` are names of kernel modules that are there. `absent` names code that was
    looked for and is not there, as `component version/part`. `kernel_words` are the words in the
    kernels and the names of modules (`assay._kernel.wordset`), empty where no kernel was seen.
    """

    distribution: str = ""
    release: str = ""
    machine: str = ""
    options: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    absent: tuple[str, ...] = ()
    kernel_words: str = ""
    devices: tuple[Device, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    """Package -> source package, where the package database tells."""


class Searched(Record, array_like=True):
    """What the store held on a component: records, and how many of each answer.

    `undecided` counts flaws whose records do not say which versions they affect.
    """

    component: str
    version: str
    records: int
    affected: int
    possibly: int
    not_affected: int
    undecided: int


class FlawSearch(Record):
    """How known flaws were looked for: in which snapshot of advisories, and what it held.

    `snapshot` is the digest of its records, empty where there was none; `sources` say which
    feeds it holds, until which day. `statements` are the VEX statements that were applied.
    """

    snapshot: str
    as_of: str
    sources: tuple[str, ...]
    setting: Setting
    searched: tuple[Searched, ...] = ()
    problems: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
