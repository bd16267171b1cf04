import pytest
from hypothesis import given, settings, strategies as st

from assay.supply.lists.entry_names import split_entry


def test_affiliates_hide_in_the_name():
    found = split_entry(
        "Huawei Technologies Co., Ltd. (Huawei). Affiliated Entity: Hangzhou Example (HE)"
    )
    assert found.main == "Huawei Technologies Co., Ltd"
    assert found.aliases == (("Huawei", "alias"),)
    assert found.affiliates == ("Hangzhou Example",)


def test_aliases_with_bullets_and_an_address():
    found = split_entry(
        "Example Science Co., Ltd., a.k.a., the following two aliases:\n\u2014Example Sci; and\n"
        "\u2014ESC Group.\n1 Some Street, Beijing, China.",
        with_address=True,
    )
    assert found.main == "Example Science Co., Ltd"
    assert [name for name, _ in found.aliases][:2] == ["Example Sci", "ESC Group"]


def test_former_names_and_an_address_after_the_name():
    found = split_entry("Alpha LLC, f.k.a., Beta LLC", with_address=False)
    assert (found.main, found.aliases) == ("Alpha LLC", (("Beta LLC", "former"),))
    found = split_entry("Gamma Trading Inc., 5 Road, Tehran, Iran", with_address=True)
    assert found.main == "Gamma Trading Inc"


@pytest.mark.parametrize("text", ["", " ", ";;;", "a.k.a.", "(", "Affiliated Entity:"])
def test_scraps_do_not_fail(text: str):
    split_entry(text, with_address=True)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_a_bounded_entry(text: str):
    found = split_entry(text, with_address=True)
    assert len(found.aliases) <= 60
    assert len(found.affiliates) <= 60
