"""Orders of versions: tables of real ones, laws that hold for any text, and public libraries."""

import itertools

import pytest
from hypothesis import given, strategies
from packaging.version import Version
from univers.versions import (
    AlpineLinuxVersion,
    DebianVersion,
    OpensslVersion,
    RpmVersion,
    SemverVersion,
)

from assay.vulns.advisory import LAST
from assay.vulns.versions import LONGEST, SCHEMES, key

ORDERS = {
    "openssl": "0.9.6 0.9.6a 0.9.7-beta3 0.9.7 0.9.7m 0.9.8 0.9.8z 0.9.8za 0.9.8zh 1.0.0 "
    "1.0.1-beta1 1.0.1 1.0.1u 1.0.2 1.0.2k-fips 1.0.2l 1.0.2z 1.0.2za 1.0.2zg 1.1.0-pre5 1.1.0 "
    "1.1.1 1.1.1w 3.0.0-alpha17 3.0.0-beta2 3.0.0 3.0.2 3.0.10 3.1.0",
    "ntp": "4.2.4p8 4.2.6 4.2.6p5 4.2.8 4.2.8p1-beta2 4.2.8p1 4.2.8p9 4.2.8p10 4.2.8p15 4.3.0",
    "isc": "9.11.0a1 9.11.0b2 9.11.0rc1 9.11.0 9.11.0-P1 9.11.0-P2 9.11.1 9.11.5-P4 9.16.8-S1 "
    "9.18.28 9.18.28-S1 9.18.29",
    "busybox": "0.60.5 1.00-pre10 1.00-rc3 1.00 1.01 1.1.0 1.2.2.1 1.9.2 1.10.0 1.19.4 "
    "1.23.0.git 1.23.0 1.36.1",
    "dropbear": "0.28 0.44test4 0.44 0.52 0.53 0.53.1 2011.54 2012.55 2013.56 2019.78 2020.79 "
    "2020.80 2022.83",
    "openssh": "5.8p1 7.4p1 9.1p1 9.2 9.2p2 9.3p1 9.3p2 9.4",
    "kernel": "2.4.20 2.4.37.9 2.6.0-test3 2.6.0 2.6.22-rc1 2.6.22 2.6.36.4brcmarm+ 2.6.36.5 3.0 "
    "3.4.11-rt19 3.10.14-lsdk 3.10.108 4.14-rc2 4.14 4.14.95-g12ab 4.14.336 5.10-rc1 "
    "5.10.0-21-amd64 5.10.1 6.8",
    "generic": "0.99.22 1.0-dev 1.0-alpha1 1.0a2 1.0b1 1.0-rc1 1.0-rc2 1.0 1.0a 1.0b 1.0p1 1.0.1 "
    "1.2.9 1.2.10 1.10 2.80test2 2.80rc1 2.80 2.10.3",
    "date": "20181231 2019-01-01 2019.03.24 20190325",
    "debian": "1:0.9 2:0.8~rc1-1 2:0.8-1~bpo1 2:0.8-1 2:0.8-1+deb11u1 2:0.8-1.1 2:0.8+dfsg-1",
    "opkg": "2019.78-1 2019.78-2 2020.80-1",
    "rpm": "1.0~rc1-1 1.0-1 1.0-2.el8 1.0^git1-1 1.0.1-1 1:0.1-1",
    "apk": "1.0_alpha1 1.0_beta 1.0_rc1 1.0 1.0-r1 1.0-r10 1.0_p1 1.0a 1.0.1-r0",
    "semver": "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 "
    "1.0.0 1.0.1 1.10.0",
}
EQUAL = [
    ("generic", "1.2", "1.2.0"),
    ("generic", "v1.2", "1.2"),
    ("generic", "curl-7.50.0", "7.50"),
    ("openssl", "1.0.2k", "1.0.2k-fips"),
    ("openssh", "9.2", "9.2p1"),
    ("kernel", "2.6.36", "2.6.36brcmarm"),
    ("kernel", "v4.14.0", "4.14"),
    ("isc", "9.11.5-P4", "9.11.5p4"),
    ("date", "2020-05-06", "20200506"),
    ("debian", "0:1.0-1", "1.0-1"),
    ("debian", "1.0-", "1.0-0"),
    ("generic", "1.3.dfsg+really1.3.1", "1.3"),
]


@pytest.mark.parametrize("scheme", sorted(ORDERS))
def test_table(scheme: str) -> None:
    listed = ORDERS[scheme].split()
    if scheme == "generic":
        listed = [*listed[:-4], "2.10.3", "2.80test2", "2.80rc1", "2.80"]
    keys = [key(scheme, version) for version in listed]
    if scheme == "debian":
        listed = sorted(listed, key=lambda one: keys[listed.index(one)])
        oracle = sorted(ORDERS[scheme].split(), key=DebianVersion)
        assert listed == oracle
        return
    for one, other, a, b in zip(listed, listed[1:], keys, keys[1:], strict=False):
        assert a < b, (scheme, one, other, a, b)


@pytest.mark.parametrize(("scheme", "one", "other"), EQUAL)
def test_same(scheme: str, one: str, other: str) -> None:
    assert key(scheme, one) == key(scheme, other)


def test_every_scheme_has_a_table() -> None:
    assert set(ORDERS) == set(SCHEMES)


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_the_last_of_a_branch_is_above_all_of_it(scheme: str) -> None:
    last, after = key(scheme, f"4.14.{LAST}"), key(scheme, "4.15")
    assert last is not None
    assert key(scheme, "4.14.336") < last < after


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
@given(
    strategies.lists(
        strategies.from_regex(r"[0-9]{1,3}[0-9a-zA-Z.:~^+_-]{0,12}", fullmatch=True), max_size=6
    )
)
def test_any_versions_have_an_order(scheme: str, versions: list[str]) -> None:
    keys = [found for version in versions if (found := key(scheme, version)) is not None]
    ordered = sorted(keys)
    assert all(a <= b for a, b in itertools.pairwise(ordered))


@given(strategies.text(max_size=200), strategies.sampled_from(sorted(SCHEMES)))
def test_any_text_gives_a_key_or_none(text: str, scheme: str) -> None:
    found = key(scheme, text)
    assert found is None or found == key(scheme, text)


def test_long_and_empty_texts() -> None:
    assert key("generic", "") is None
    assert key("generic", "unknown") is None
    assert key("generic", "1." * 100_000) == key("generic", ("1." * 100_000)[:LONGEST])
    assert key("no such scheme", "1.2") == key("generic", "1.2")


DOTTED = strategies.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}", fullmatch=True)
DEBIAN = strategies.from_regex(
    r"([1-3]:)?[0-9][0-9a-z.+~]{0,8}(-[0-9a-z.+~]{1,6})?", fullmatch=True
)


def same_order(scheme: str, oracle: type, one: str, other: str) -> None:
    a, b = key(scheme, one), key(scheme, other)
    x, y = oracle(one), oracle(other)
    assert (a < b) == (x < y), (scheme, one, other)
    assert (b < a) == (y < x), (scheme, one, other)


def test_a_tilde_after_a_zero_comes_before_the_end() -> None:
    for earlier, later in (
        ("0~", "0"),
        ("1.0~rc1", "1.0"),
        ("1.0~rc1-1", "1.0-1"),
        ("1.0", "1.0a"),
    ):
        assert key("debian", earlier) < key("debian", later)
    for one, other in (("1.0", "1.0-0"), ("1.", "1.0"), ("1.0", "0:1.00")):
        assert key("debian", one) == key("debian", other)


@given(DEBIAN, DEBIAN)
def test_debian_agrees_with_univers(one: str, other: str) -> None:
    same_order("debian", DebianVersion, one, other)


@given(DOTTED, DOTTED)
def test_plain_numbers_agree_with_packaging(one: str, other: str) -> None:
    same_order("generic", Version, one, other)


@given(
    strategies.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}[a-z]?(-[0-9]{1,2})?", fullmatch=True),
    strategies.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}(~rc[0-9])?(-[0-9]{1,2})?", fullmatch=True),
)
def test_rpm_agrees_with_univers(one: str, other: str) -> None:
    a, b = key("rpm", one), key("rpm", other)
    assert (a < b) == (RpmVersion(one) < RpmVersion(other)), (one, other)


@given(
    strategies.from_regex(
        r"[1-9][0-9]?\.[1-9][0-9]?[a-c]?(_(alpha|beta|pre|rc|p)[1-9])?-r[0-9]", fullmatch=True
    ),
    strategies.from_regex(
        r"[1-9][0-9]?\.[1-9][0-9]?[a-c]?(_(alpha|beta|pre|rc|p)[1-9])?-r[0-9]", fullmatch=True
    ),
)
def test_apk_agrees_with_univers(one: str, other: str) -> None:
    a, b = key("apk", one), key("apk", other)
    assert (a < b) == (AlpineLinuxVersion(one) < AlpineLinuxVersion(other)), (one, other)


@given(
    strategies.from_regex(r"[0-9]\.[0-9]{1,2}\.[0-9]{1,2}(-(alpha|rc)\.[1-9])?", fullmatch=True),
    strategies.from_regex(r"[0-9]\.[0-9]{1,2}\.[0-9]{1,2}(-(alpha|rc)\.[1-9])?", fullmatch=True),
)
def test_semver_agrees_with_univers(one: str, other: str) -> None:
    plain = [text for text in (one, other) if not any(f".0{d}" in text for d in "0123456789")]
    if len(plain) == 2:
        a, b = key("semver", one), key("semver", other)
        assert (a < b) == (SemverVersion(one) < SemverVersion(other)), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    list(
        itertools.pairwise(
            ["0.9.8", "0.9.8a", "0.9.8z", "0.9.8zh", "1.0.2", "1.0.2k", "1.0.2zg", "1.1.1", "3.0.2"]
        )
    ),
)
def test_openssl_agrees_with_univers(one: str, other: str) -> None:
    assert OpensslVersion(one) < OpensslVersion(other)
    assert key("openssl", one) < key("openssl", other)
