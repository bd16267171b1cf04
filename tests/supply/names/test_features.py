from assay.supply.names.features import FEATURES, measure
from assay.supply.names.prepare import prepare


def features(left: str, right: str) -> dict[str, int]:
    return dict(zip(FEATURES, measure(prepare(left), prepare(right))[0], strict=True))


def test_words_in_another_order_all_agree():
    assert features("Technologies Huawei", "Huawei Technologies")["words"] == 1000


def test_words_written_apart_agree_with_words_written_together():
    assert features("Hua Wei Technologies", "Huawei Technologies")["words"] == 1000
    assert features("Fiberhome", "Fiber Home")["words"] == 1000


def test_a_typing_error_is_forgiven_but_noted_as_uncertain():
    found = features("Hikvison Digital", "Hikvision Digital")
    assert found["words"] > 850
    assert found["uncertain"] > 300


def test_short_words_must_be_equal():
    assert features("ZTE", "ZTF")["words"] == 0


def test_places_and_numbers_that_differ_are_conflicts():
    assert features("Shanghai Bell", "Shenzhen Bell")["place-conflict"] == 1000
    assert features("54th Research Institute", "55th Research Institute")["number-conflict"] == 1000


def test_initials_are_recognised_both_ways():
    full = "Taiwan Semiconductor Manufacturing Company Limited"
    assert features("TSMC", full)["acronym"] == features(full, "TSMC")["acronym"] == 1000
    assert features("TSMX", full)["acronym"] == 0


def test_a_name_that_holds_the_distinctive_words_of_another_is_noted():
    assert features("Alpha", "Alpha Systems")["contained"] == 1000
    assert features("Technology", "Alpha Technology")["contained"] == 0
    assert features("Alpha Devices", "Alpha Systems")["contained"] == 0


def test_different_legal_forms_are_noted():
    assert features("Vodafone GmbH", "Vodafone Plc")["form-conflict"] == 1000
    assert features("Vodafone GmbH", "Vodafone")["form-conflict"] == 0
