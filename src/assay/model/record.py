"""The base of all records."""

from typing import Any, dataclass_transform

import msgspec

Digest = str
"""SHA-256 as 64 lower-case hex digits: the name of a blob."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A frozen record of integers, text, booleans and tuples of such."""


def replace(record: Any, **changes: Any) -> Any:  # noqa: ANN401 - the type is that of *record*
    """Return a copy of *record* with *changes* applied."""
    return msgspec.structs.replace(record, **changes)
