import pytest

from assay.errors import UnknownName, UsageError
from assay.supply.questions import make_question


def test_words_are_sorted_places_resolved():
    found = make_question(
        date="2026-08-01",
        known="2026-07-01",
        jurisdictions=("UK", "eu"),
        roles=("operator", "exporter", "operator"),
        uses=("installed",),
        domain="gNB",
        produced_in="Finland",
    )
    assert found.jurisdictions == ("EU", "GB")
    assert found.roles == ("exporter", "operator")
    assert (found.domain, found.produced_in) == ("mobile.5g.ran", "FI")


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": ("exporteur",)},
        {"uses": ("instaled",)},
        {"domain": "broom cupboard"},
        {"produced_in": "Atlantis"},
        {"known": "yesterday"},
        {"jurisdictions": ("XX",)},
    ],
)
def test_a_slip_in_a_word_is_refused_not_answered(wrong: dict[str, object]):
    with pytest.raises(UsageError):
        make_question(date="2026-08-01", **wrong)


def test_the_advice_lists_the_words():
    with pytest.raises(UnknownName) as refused:
        make_question(date="2026-08-01", roles=("carrier",))
    assert "operator" in refused.value.advice
