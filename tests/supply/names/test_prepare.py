import pytest
from hypothesis import given, settings, strategies as st

from assay.supply.names.prepare import MOST_TOKENS, prepare


@pytest.mark.parametrize(
    ("name", "tokens", "forms"),
    [
        ("Huawei Technologies Co., Ltd.", ("huawei", "technology"), ("limited",)),
        ("华为技术有限公司", ("huawei", "technology"), ("limited",)),
        ("АО «Микрон»", ("mikron",), ("public",)),  # noqa: RUF001 - Cyrillic on purpose
        ("ASELSAN Elektronik Sanayi ve Ticaret A.Ş.", ("aselsan", "elektronik"), ("public",)),
        ("SIA Mikrotīkls", ("mikrotikl",), ("limited",)),
        ("AT&T Inc.", ("att",), ("corporation",)),
        ("América Móvil, S.A.B. de C.V.", ("america", "movil"), ("public",)),
        ("삼성전자 주식회사", ("samseong", "electronic"), ("limited",)),
    ],
)
def test_scripts_and_legal_forms(name: str, tokens: tuple[str, ...], forms: tuple[str, ...]):
    prepared = prepare(name)
    assert prepared.tokens[: len(tokens)] == tokens
    assert prepared.forms == forms


def test_a_name_that_is_only_a_legal_form_keeps_its_words():
    assert prepare("Limited").tokens == ("limited",)
    assert prepare("Co., Ltd.").tokens


def test_acronyms_come_with_and_without_the_legal_form():
    assert {"smi", "smic"} <= prepare(
        "Semiconductor Manufacturing International Corporation"
    ).acronyms
    assert "bsnl" in prepare("Bharat Sanchar Nigam Limited").acronyms


def test_places_and_numbers_are_seen():
    prepared = prepare("Shanghai 54th Research Institute")
    assert prepared.places == {"shanghai"}
    assert prepared.numbers == {"54"}


def test_generic_words_weigh_less_than_distinctive_ones():
    weights = prepare("Huawei Technologies Group").weights
    assert weights["huawei"] > 4 * weights["technology"]
    assert weights["group"] < 300


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_prepared(text: str):
    prepared = prepare(text)
    assert len(prepared.tokens) <= MOST_TOKENS
    assert all(token.isascii() for token in prepared.tokens)
    assert prepared.weight == sum(prepared.weights.values())
