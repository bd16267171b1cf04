from assay.supply.catalogue import shipped
from assay.supply.register import Register


def test_each_party_comes_with_its_closest_name():
    found = Register(shipped()).candidates("HiSilicon")
    assert found["hisilicon"].text == "HiSilicon"


def test_looking_up_before_or_later_is_the_same():
    early, late = Register(shipped()), Register(shipped())
    early.look_up(["Huawei", "ZTE", "Huawei"], workers=2)
    assert early.candidates("ZTE") == late.candidates("ZTE")
    assert late.by_identifier("lei", "none") is None
