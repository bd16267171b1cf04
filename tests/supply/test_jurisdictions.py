import pytest

from assay.errors import UsageError
from assay.supply.jurisdictions import country_code, jurisdictions, reaches


def test_countries_by_name_and_code():
    assert country_code("gb") == country_code("United Kingdom") == country_code("UK") == "GB"
    assert country_code("Iran, Islamic Republic of") == "IR"
    assert country_code("the Netherlands") == "NL"
    assert country_code("Türkiye") == "TR"
    assert country_code("Atlantis") == ""


def test_jurisdictions_are_codes_in_order():
    assert jurisdictions(("us", "EU", "Germany", "US")) == ("DE", "EU", "US")
    with pytest.raises(UsageError):
        jurisdictions(("Atlantis",))


def test_union_law_reaches_members_only():
    assert reaches("EU", ("DE",))
    assert not reaches("EU", ("GB",))
    assert reaches("UN", ("GB",))
    assert not reaches("US", ("GB",))
    assert reaches("US", ())
