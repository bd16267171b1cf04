"""Reading VEX documents: CycloneDX (1.4 and later), OpenVEX 0.2, and the VEX profile of CSAF 2.0.

References: cyclonedx.org/capabilities/vex, github.com/openvex/spec, CSAF 2.0 section 4.5.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import UnreadableInput
from assay.model.flaws import Statement
from assay.vulns.vex import csaf, cyclonedx, openvex

LARGEST = 64 << 20
MOST_STATEMENTS = 200_000
Form = tuple[Callable[[dict[str, Any]], bool], Callable[[dict[str, Any]], Iterator[Statement]]]
FORMS: tuple[Form, ...] = (
    (cyclonedx.recognises, cyclonedx.statements),
    (openvex.recognises, openvex.statements),
    (csaf.recognises, csaf.statements),
)


def read_statements(path: Path) -> list[Statement]:
    """Return the statements in the VEX document *path*, in its order; raises UnreadableInput."""
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableInput(f"{path} is larger than {LARGEST >> 20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error
    return statements_of(data, str(path))


def statements_of(data: bytes, name: str) -> list[Statement]:
    """Return the statements in *data*; raises UnreadableInput, which names *name*."""
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableInput(f"{name} is no JSON: {error}") from error
    if isinstance(document, dict):
        for recognises, read in FORMS:
            if recognises(document):
                return list(islice(read(document), MOST_STATEMENTS))
    raise UnreadableInput(
        f"{name} is no VEX document", advice="CycloneDX, OpenVEX and CSAF VEX as JSON are read."
    )
