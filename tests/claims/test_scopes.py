"""Scopes: products in full and without articles, versions, places, standards by their number."""

import pytest

from assay.claims.scopes import is_product, scope_of, standard_named


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("the D-Link DIR-600L contains a backdoor", "D-Link DIR-600L"),
        ("the TP-Link TL-WR841N has one", "TP-Link TL-WR841N"),
        ("the Acme R700, firmware 1.2.3, has one", "Acme R700"),
        ("the Netgear WNR2000v5 has one", "Netgear WNR2000v5"),
        ("cameras such as the Hikvision DS-2CD2042", "Hikvision DS-2CD2042"),
        ("CVE-2023-4100 and ISO 27001 name no product, nor does May 2019", ""),
    ],
)
def test_products_are_named_in_full(text: str, product: str) -> None:
    assert scope_of(text, "Acme").product == product


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("it meets ETSI EN 303 645 in full", "ETSI EN 303 645"),
        ("certified to ISO/IEC 27001", "ISO/IEC 27001"),
        ("it complies with NIST SP 800-193", "NIST SP 800-193"),
        ("audited under NESAS", "NESAS"),
        ("it meets all standards", ""),
        ("the EN route is long", ""),
    ],
)
def test_standards_by_number_or_name(text: str, standard: str) -> None:
    assert standard_named(text) == standard


def test_no_article_belongs_to_a_product() -> None:
    assert scope_of("The R700 has a flaw", "Acme").product == "R700"
    assert scope_of("its R700 has a flaw", "Acme").product == "R700"


def test_a_model_is_a_product_and_a_firm_is_none() -> None:
    assert [is_product(name) for name in ("R700", "HG532e", "Acme", "Huawei")] == [
        True,
        True,
        False,
        False,
    ]
