"""Branches out of support at the table's date; near misses; nothing for what is not known."""

import tomllib
from importlib import resources

import pytest
from building import image_of

from assay.checks.check import Scope
from assay.checks.components.end_of_life import run
from assay.checks.components.support import latest_of, support_of
from assay.identify.catalogue import catalogue


def says(*banners: bytes) -> list[str]:
    files = {f"/bin/x{n}": b"\0\1" + banner + b"\0" for n, banner in enumerate(banners)}
    return [finding.says for finding in run(image_of(files), Scope())]


def test_a_branch_without_support() -> None:
    (told,) = says(b"X-Powered-By: PHP/5.4.37")
    assert told.startswith("The image holds PHP 5.4.37; its project's support of 5.4 ended in 2015")
    assert "table as of 2026-01; https://www.php.net/eol.php" in told
    assert "Release 8." in told


@pytest.mark.parametrize(
    "banner",
    [
        b"X-Powered-By: PHP/8.4.1",
        b"X-Powered-By: PHP/9.1.0",
        b"lighttpd/1.4.35",
        b"OpenSSL 1.0.2k  26 Jan 2017",  # a mention of what a program was built with
        b"Server: GoAhead-Webs",
    ],
)
def test_near_misses(banner: bytes) -> None:
    assert says(banner) == []


def test_evidence_points_at_the_version() -> None:
    content = b"\0\1nginx/1.10.3\0"
    (finding,) = run(image_of({"/sbin/nginx": content}), Scope())
    (place,) = finding.evidence
    assert content[place.offset : place.offset + place.length] == b"nginx/1.10.3"
    assert "by 2017-04 at the latest" in finding.says


@pytest.mark.parametrize(
    ("key", "version", "branch"),
    [
        ("openssl", "1.0.2k", "1.0.2"),
        ("openssl", "3.0.20", "3.0"),
        ("openssl", "0.9.8b-fips", "0.9.8"),
        ("openssl", "4.0", None),
        ("asterisk", "1.8.32", "1.8"),
        ("asterisk", "18.3", "18"),
        ("pcre", "8.39", "8"),
        ("unheard-of", "1", None),
    ],
)
def test_branches(key: str, version: str, branch: str | None) -> None:
    support = support_of(key, version)
    assert (None if support is None else support.branch) == branch


def test_the_table_is_sound() -> None:
    data = resources.files("assay.checks.data").joinpath("component-support.toml")
    table = tomllib.loads(data.read_text("utf-8"))
    assert set(table["component"]) | set(table["latest"]) <= set(catalogue())
    for key, known in table["component"].items():
        months = {**known.get("until", {}), **known.get("ended_by", {})}
        assert known["source"].startswith("http"), key
        assert months, key
        assert all(len(month) == 7 and "1999" < month < "2036" for month in months.values()), key
        assert not set(known.get("until", {})) & set(known.get("ended_by", {})), key
    latest = latest_of("busybox")
    assert latest is not None
    assert latest.version.startswith("1.")
