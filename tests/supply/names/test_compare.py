from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay.supply.names.compare import SAME_TEXT, calibration, compare, score
from assay.supply.names.prepare import prepare

PAIRS = Path(__file__).parents[1] / "data" / "name_pairs.tsv"
BAR_F1 = 920


def pairs(half: str) -> list[list[str]]:
    rows = [line.split("\t") for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row[0] == half]


def test_the_labelled_set_is_large_and_half_of_it_is_negative():
    rows = pairs("tuning") + pairs("measured")
    negatives = sum(row[1] == "different" for row in rows)
    assert len(rows) >= 1500
    assert negatives * 2 >= len(rows)
    assert len({row[4] for row in rows}) >= 40  # countries
    tuning = {row[3] for row in pairs("tuning")}
    assert not tuning & {row[3] for row in pairs("measured")}


def test_f1_on_the_measured_half_meets_the_bar():
    hits = taken = wanted = 0
    for row in pairs("measured"):
        same = row[1] == "same"
        said = score(prepare(row[3]), prepare(row[5])) >= calibration().match
        hits, taken, wanted = hits + (said and same), taken + said, wanted + same
    assert 2000 * hits // (taken + wanted) >= BAR_F1


def test_the_score_is_calibrated_on_the_measured_half():
    bins: dict[int, list[tuple[int, bool]]] = {}
    rows = pairs("measured")
    for row in rows:
        value = score(prepare(row[3]), prepare(row[5]))
        bins.setdefault(value // 200, []).append((value, row[1] == "same"))
    gap = sum(abs(sum(v for v, _ in b) - 1000 * sum(y for _, y in b)) for b in bins.values())
    assert gap / len(rows) < 60


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Huawei Technologies Co., Ltd.", "华为技术有限公司"),
        ("ПАО «Ростелеком»", "Rostelecom PJSC"),
        ("Nokia Oyj", "Nokia Corporation"),
        ("Hua Wei Technologies", "Huawei Technologies Co Ltd"),
        ("SMIC", "Semiconductor Manufacturing International Corporation"),
    ],
)
def test_names_of_one_party(left: str, right: str):
    assert compare(left, right).score >= calibration().match


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("China Mobile Limited", "China Unicom Limited"),
        ("Shanghai Huaqiang Electronics", "Shenzhen Huaqiang Industry"),
        ("CETC 54th Research Institute", "CETC 55th Research Institute"),
        ("Nokia Corporation", "Nokian Tyres plc"),
        ("Cisco Systems", "Sysco Corporation"),
    ],
)
def test_names_of_two_parties(left: str, right: str):
    assert compare(left, right).score < calibration().match


def test_the_parts_explain_the_score_and_the_strongest_comes_first():
    found = compare("Huawei Technologies", "Huawei Device Co., Ltd.")
    assert {"words", "conflict"} <= {part.part for part in found.parts}
    effects = [abs(part.effect) for part in found.parts]
    assert effects == sorted(effects, reverse=True)
    assert any("technology | device" in part.says for part in found.parts)


def test_braces_in_a_name_do_not_break_the_explanation():
    assert compare("{value} {0} Corp", "{x} Other").parts


def test_countries_move_the_score():
    plain = compare("Spark Limited", "Spark New Zealand").score
    same = compare("Spark Limited", "Spark New Zealand", countries=("NZ", "NZ")).score
    other = compare("Spark Limited", "Spark New Zealand", countries=("AU", "NZ")).score
    assert other < plain < same
    assert compare("Spark Limited", "Spark New Zealand", countries=("", "NZ")).score == plain


def test_equal_names_score_highest():
    assert score(prepare("Nokia"), prepare("Nokia")) == SAME_TEXT


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_scores_are_bounded_symmetric_enough_and_never_fail(left: str, right: str):
    value = compare(left, right).score
    assert 1 <= value <= 999
