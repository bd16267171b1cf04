"""Which packages are learnt from."""

from assay.identify.training.apt import Package, _configuration, _sources
from assay.identify.training.manifest import manifest_of
from assay.identify.training.plan import strangers, training
from assay.identify.training.recipe import Recipe, chosen, recipes, release

ROWS = [
    Recipe("zlib", "zlib", "zlib", "", "", ""),
    Recipe("wpa", "hostapd", "hostapd", "", "", "hostapd"),
]


def package(name: str, version: str, *, source: str = "zlib", suite: str = "sid", size: int = 9):
    return Package(suite, source, version, name, version, "amd64", "libs", size, "0" * 64)


def test_one_build_of_each_release():
    listed = [
        package("zlib1g", "1.2.13-1", suite="bookworm"),
        package("zlib1g", "1.2.13-2", suite="sid"),
        package("zlib1g-dev", "1.2.13-2", suite="sid"),
        package("zlib1g", "1.3-1"),
        package("zlib1g-dbg", "1.3-1"),
        package("zlib1g-dev", "1.3-1", size=1 << 30),
    ]
    assert [(one.name, one.version) for one in training(listed, ROWS)] == [
        ("zlib1g", "1.2.13-2"), ("zlib1g-dev", "1.2.13-2"), ("zlib1g", "1.3-1"),
    ]  # fmt: skip


def test_early_releases_give_way_to_final_ones():
    listed = [package("z", version) for version in ("1.2-1", "1.3-1", "1.4~rc1-1")]
    assert [one.version for one in training(listed, ROWS)] == ["1.2-1", "1.3-1"]


def test_one_source_of_several_components():
    assert chosen(ROWS, "wpa", "hostapd") is ROWS[1]
    assert chosen(ROWS, "wpa", "wpagui") is None


def test_background_and_measuring_share_no_source():
    listed = [package("p", "1-1", source=f"source-{one}") for one in range(200)]
    first = {one.source for one in strangers(listed, ROWS, "background")}
    second = {one.source for one in strangers(listed, ROWS, "measuring")}
    assert first
    assert second
    assert not first & second
    assert "zlib" not in first | second


def test_the_table():
    rows = recipes()
    keys = {row.key for row in rows}
    assert len(keys) >= 300
    assert {"openssl", "busybox", "dnsmasq", "hostapd", "wpa_supplicant"} <= keys
    assert len({(row.source, row.package) for row in rows}) == len(rows)


def test_releases():
    assert release("1:9.2p1-2+deb12u3") == "9.2p1"
    assert release("2.14+dfsg-1.3~deb12u1") == "2.14"
    assert release("4.4.3-P1-2") == "4.4.3-P1"


def test_apt_is_told_of_nothing_but_its_own_folder(tmp_path):
    text = _configuration(tmp_path, ("amd64", "armhf"))
    assert f'Dir::State "{tmp_path}/state"' in text
    assert 'APT::Architectures { "amd64"; "armhf"; };' in text
    assert "Suites: sid" in _sources(("sid",), ("amd64",)) or not _sources(("sid",), ("amd64",))


def test_the_manifest_does_not_depend_on_order():
    listed = [package("a", "1-1"), package("b", "1-1")]
    assert manifest_of(listed) == manifest_of(reversed(listed))
    assert manifest_of(listed).about == "2 Debian packages of 1 sources"
