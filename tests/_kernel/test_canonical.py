import json

import msgspec
import pytest
from hypothesis import given, strategies as st

from assay._kernel import canonical
from assay.model.tree import Blob

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
    max_leaves=20,
)


def rfc8785(value):
    """RFC 8785 for values without floats: sorted keys, no spaces, the shortest escapes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@given(VALUES)
def test_equals_rfc_8785(value):
    assert canonical.encode(value).decode() == rfc8785(value)


@given(VALUES)
def test_reads_back(value):
    assert msgspec.json.decode(canonical.encode(value)) == value


def test_digest_is_that_of_the_bytes():
    assert canonical.digest({"b": 1, "a": [2]}) == canonical.digest({"a": [2], "b": 1})
    assert canonical.digest({"a": 1}) != canonical.digest({"a": 2})


def test_refuses_what_does_not_fit():
    with pytest.raises(msgspec.ValidationError):
        canonical.decode(b'{"sha256":"0","size":1,"extra":2}', Blob)
