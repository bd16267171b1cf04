"""The named causes of benign differences, and how to remove each from a build.

`review` marks those that a person has to judge even when every byte of them is proven.
"""

from typing import Final

from assay._kernel.value import Value


class Cause(Value):
    """A reason why two builds of one source differ."""

    id: str
    title: str
    remove: str
    review: bool = False


_ALL: Final = (
    Cause("N1", "build identifier", "Link with --build-id=none, or from the same inputs."),
    Cause("N2", "debug information", "Build in the same folder or with -ffile-prefix-map; strip."),
    Cause("N3", "compiler's name", "Use one release of the compiler on both sides.", review=True),
    Cause("N4", "time of the build", "Set SOURCE_DATE_EPOCH; do not print __DATE__.", review=True),
    Cause("N5", "folder of the build", "Build with -ffile-prefix-map=$PWD=.", review=True),
    Cause("N6", "times in containers", "Set SOURCE_DATE_EPOCH for the packing tools."),
    Cause("N7", "order or layout in containers", "Sort the inputs of the packing tools."),
    Cause("N8", "owner or permission", "Pack with fixed owners and a fixed umask.", review=True),
    Cause("N9", "compression", "Fix the release and the level of the compressor."),
    Cause("N10", "signature or certificate", "Sign outside the build.", review=True),
    Cause("N11", "random identifiers", "Fix UUIDs, hash seeds and sequence numbers."),
    Cause("N12", "shifted addresses", "They follow from the other causes."),
    Cause("N13", "order of linking or padding", "Sort the objects handed to the linker."),
    Cause("N14", "tables derived from symbols", "They follow from the other causes."),
    Cause(
        "N15", "revision stamp", "Stamp releases from a tag, not from the work tree.", review=True
    ),
    Cause("N16", "header of cached bytecode", "Compile with hash-based or no cached bytecode."),
)
CAUSES: Final = {cause.id: cause for cause in _ALL}


def number(cause: str) -> int:
    """Return the number of the cause called *cause*: 12 for `N12`."""
    return int(cause[1:])
