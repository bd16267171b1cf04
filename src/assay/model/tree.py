"""What an image is made of: blobs, nodes, byte ranges, and the recipes that give contents."""

from typing import Literal

from assay.model.record import Digest, Record

NodeKind = Literal["file", "directory", "symlink", "hardlink", "device", "fifo", "socket", "part"]
Account = Literal["parsed", "padding", "encrypted", "unknown"]
ProblemKind = Literal["damage", "limit", "unsupported", "crash"]


class Piece(Record, array_like=True):
    """A run of content: *size* stored bytes at *at*, decoded by *codec* to *length* bytes.

    After decoding, *skip* bytes are dropped and *take* bytes kept (-1: all). A codec named
    `hole` stores nothing and yields *length* zero bytes. Codec names and their parameters are
    those of `assay.unpack.codecs`.
    """

    at: int
    size: int
    codec: str
    length: int
    skip: int = 0
    take: int = -1


class Blob(Record):
    """Bytes known by their digest."""

    sha256: Digest
    size: int


class Origin(Record):
    """Where a node's bytes came from: a range of a container blob, read as *format*."""

    container: Digest
    format: str
    offset: int
    length: int


class Attribute(Record):
    """An extended attribute; *value* is hex."""

    name: str
    value: str


class Node(Record):
    """A named thing in an image.

    `path` joins containers and the names inside them with `//`:
    `squashfs@0x120000//etc/passwd`. Names are printable text (`assay._kernel.printable`).
    `mode` holds the permission bits with set-uid, set-gid and sticky; -1 where the format
    records none. `device` is `major:minor`. `mtime` is in seconds since 1970, 0 if unrecorded.
    """

    path: str
    kind: NodeKind
    origin: Origin
    blob: Digest | None = None
    size: int = 0
    mode: int = -1
    uid: int = -1
    gid: int = -1
    mtime: int = 0
    target: str = ""
    device: str = ""
    attributes: tuple[Attribute, ...] = ()

    @property
    def filesystem(self) -> str:
        """The path of the container that holds this node, empty for the image itself."""
        return self.path.rpartition("//")[0]

    @property
    def inner(self) -> str:
        """The absolute path inside the container: `/etc/passwd`."""
        return "/" + self.path.rpartition("//")[2]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Region(Record):
    """A byte range of a blob and what it is: every byte of a container is in exactly one."""

    offset: int
    length: int
    account: Account
    format: str = ""
    note: str = ""


class Problem(Record):
    """What went wrong, where, and which part of Assay met it."""

    kind: ProblemKind
    part: str
    says: str
    blob: Digest = ""
    path: str = ""
    offset: int = 0


class Container(Record):
    """A blob that holds others, with the account of its every byte.

    The lengths of `regions` add up to `size`.
    """

    blob: Digest
    path: str
    size: int
    regions: tuple[Region, ...]
