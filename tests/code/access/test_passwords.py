"""A second password is found beside the check of a stored one, and in a PAM module."""

import pytest

from assay.code import accesses
from assay.code.access.passwords import SHAPE


def test_finds_the_password_beside_the_stored_one(way, program, places):
    (found,) = [one for one in accesses(program("console")) if one.shape == SHAPE]
    assert found.constant == "Tr4pd00r#9"
    assert found.function == places[f"{way}-console"]["permitted"]


def test_success_of_pam_is_zero_by_definition(way, program):
    if way == "ppc":
        pytest.skip("the compiler's form of the return is not followed on PowerPC")
    (found,) = [one for one in accesses(program("pam")) if one.shape == SHAPE]
    assert found.constant == "grelka-71"
    assert found.source == "what pam_get_authtok gave"
    assert "success by definition" in found.payload
