from hypothesis import given, settings, strategies as st

from assay.supply.addresses import assignee, listing, organisations


def test_prefixes_of_the_shipped_listing():
    assert "HUAWEI" in assignee("00:25:9e:11:22:33").organisation
    assert assignee("0025.9e11.2233").prefix == "00259E"
    assert assignee("0-25-9e-1-2-3").prefix == "00259E"
    assert len(listing()) > 30_000
    assert sum(name == "Huawei Device Co., Ltd." for name in organisations()) == 1


def test_addresses_that_say_nothing_are_said_so():
    assert assignee("02:00:00:11:22:33").says.startswith("locally administered")
    assert assignee("01:00:5e:00:00:01").says.startswith("a group address")
    assert assignee("fe80::1").says == "not a hardware address"
    assert assignee("").organisation == ""


def test_an_imported_listing_replaces_the_shipped_one():
    assert assignee("00:25:9e:00:00:00", {"00259E": "Somebody"}).organisation == "Somebody"
    assert assignee("00:25:9e:00:00:00", {}).organisation == ""


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_answered(text: str):
    assert isinstance(assignee(text, {}).organisation, str)
