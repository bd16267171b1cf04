"""What tests say of an outcome."""

import pytest

from assay.checks.backdoors.scripts.outcomes import of_case, of_test, value_of

BAD = frozenset({("RC", "fail")})


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("[ $RC -ne 0 ]", "ok"),
        ("[ $RC -eq 0 ]", "fail"),
        ('[ "$RC" = "1" ]', "ok"),
        ('[ "0" != "$RC" ]', "ok"),
        ("[ ! $RC -ne 0 ]", "fail"),
        ("[[ $RC == 0 ]]", "fail"),
        ("[ $RC -ne 0 -a $X = 1 ]", "any"),
        ("[ $RC -eq 0 -a $X = 1 ]", "fail"),
        ("[ $RC -ne 0 -o $X = 1 ]", "ok"),
        ('[ -n "$RC" ]', "unclear"),
        ("[ $OTHER -ne 0 ]", "any"),
        ("[ -f /tmp/x ]", "any"),
        ("[ ]", "any"),
    ],
)
def test_a_test_of_a_variable_that_holds_a_failure(test, told):
    words = [word.strip('"') for word in test.split()]
    assert of_test(words, "any", BAD) == told


def test_the_outcome_of_the_last_command():
    assert of_test(["[", "$?", "-ne", "0", "]"], "ok", ()) == "fail"
    assert of_test(["[", "$?", "-ne", "0", "]"], "fail", ()) == "ok"
    assert value_of("$?", "fail", ()) == "fail"
    assert value_of("${RC:-0}", "any", BAD) == "fail"
    assert value_of("-1", "any", ()) == "fail"
    assert value_of("0", "any", ()) == "ok"


def test_arms_of_a_case():
    assert of_case("$RC", ["0"], "any", BAD) == "fail"
    assert of_case("$RC", ["1"], "any", BAD) == "ok"
    assert of_case("$?", ["0"], "ok", ()) == "ok"
    assert of_case("$1", ["0"], "ok", ()) == "any"
