"""The base of values that stay inside a stage: as a frozen dataclass, but quick to make.

Defining a dataclass costs about a millisecond, which a start pays for every one of them.
"""

from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True)
class Value(msgspec.Struct, frozen=True, gc=False):
    """A frozen value that holds no cycle; compared and hashed by its fields."""
