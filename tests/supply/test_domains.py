import pytest

from assay.supply.catalogue import shipped
from assay.supply.domains import domain_of, domains, relation, relation_to_any, title_of


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("gNB", "mobile.5g.ran"),
        ("5G RAN / Massive MIMO", "mobile.5g.ran"),
        ("Core Router", "core"),
        ("role: OLT", "fixed.access.fibre"),
        ("ip-camera", "surveillance"),
        ("mobile.5g.core", "mobile.5g.core"),
        ("broom cupboard", ""),
        ("", ""),
    ],
)
def test_what_inventories_write(text: str, domain: str):
    assert domain_of(text) == domain


def test_parts_lie_inside_wholes_lie_around():
    assert relation("mobile.5g.core", "mobile.5g") == "inside"
    assert relation("mobile.5g", "mobile.5g.core") == "wider"
    assert relation("mobile.4g", "mobile.5g") == "outside"
    assert relation("mobile.5g.core", "core") == "inside"
    assert relation("", "core") == "unknown"
    assert relation_to_any("cpe", ()) == "inside"
    assert relation_to_any("mobile", ("core", "mobile.5g")) == "wider"


def test_every_domain_that_a_measure_names_has_a_title():
    known = domains().titles
    for measure in shipped().measures:
        named = {*measure.domains, *(deadline.domain for deadline in measure.deadlines)}
        assert named <= set(known), measure.id
    assert title_of("cpe") == "Customer premises equipment"
    assert title_of("") == "not stated"
