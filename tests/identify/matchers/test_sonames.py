"""Libraries by their names, and names that nothing in the file bears out."""

import pytest
from building import image_of

from assay.identify.fingerprints.names import ENOUGH_FEATURES, is_hollow
from assay.identify.matchers.sonames import match
from assay.inventory.kinds.fingerprints import FingerprintFacts, Match

ENOUGH = FingerprintFacts(index="", features=ENOUGH_FEATURES)
OWN = FingerprintFacts(
    index="",
    features=ENOUGH_FEATURES,
    matches=(Match(component="zlib", hits=(), weight=20, spans=()),),
)


@pytest.mark.parametrize(
    ("key", "facts", "hollow"),
    [
        ("zlib", ENOUGH, True),
        ("zlib", OWN, False),
        ("openssl", OWN, True),
        ("zlib", FingerprintFacts(index="", features=ENOUGH_FEATURES - 1), False),
        ("zlib", None, False),
        ("uclibc", ENOUGH, False),
    ],
)
def test_a_name_without_anything_behind_it(key, facts, hollow):
    assert is_hollow(key, facts) is hollow


def test_a_program_is_not_named_after_a_library():
    assert list(match(image_of({"/bin/libz.so.1": b"#!/bin/sh\nexit 0\n"}))) == []
