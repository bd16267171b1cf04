"""What is matched and why: one case for each way in which others got it wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.vulns.conftest import component, cve, hit, nvd

from assay.model.flaws import Exposure, Setting, Statement
from assay.model.result import Component

ID = "CVE-2021-1000"


def linux(version: str, **changes: object) -> Component:
    return component("Linux kernel", version, "linux:linux_kernel", **changes)


def busybox(version: str, **changes: object) -> Component:
    return component("BusyBox", version, "busybox:busybox", **changes)


def openssl(version: str, **changes: object) -> Component:
    return component("OpenSSL", version, "openssl:openssl", **changes)


@pytest.mark.parametrize(
    ("version", "bounds", "expected"),
    [
        ("1.30.0", {"versionEndExcluding": "1.30.0"}, "none"),
        ("1.29.3", {"versionEndExcluding": "1.30.0"}, "affected"),
        ("1.30.0", {"versionEndIncluding": "1.30.0"}, "affected"),
        ("1.2.0", {"versionStartIncluding": "1.10.0"}, "none"),
        ("1.10.0", {"versionStartExcluding": "1.10.0"}, "none"),
        ("1.01", {"versionStartIncluding": "1.1.0"}, "none"),
        ("1.1.1", {"versionStartIncluding": "1.1.0", "versionEndIncluding": "1.2.0"}, "affected"),
    ],
)
def test_bounds(
    status: Callable[..., str], version: str, bounds: dict[str, str], expected: str
) -> None:
    assert status([nvd(ID, hit("busybox:busybox", **bounds))], busybox(version)) == expected


def test_single_versions_with_their_updates(status: Callable[..., str]) -> None:
    record = nvd(ID, hit("openssl:openssl:1.0.2:k"), hit("openssl:openssl:1.0.1"))
    assert status([record], openssl("1.0.2k")) == "affected"
    assert status([record], openssl("1.0.2")) == "none"
    assert status([record], openssl("1.0.1")) == "affected"


def test_all_versions_and_no_version(status: Callable[..., str]) -> None:
    assert status([nvd(ID, hit("busybox:busybox"))], busybox("1.2.3")) == "affected"
    assert status([nvd(ID, hit("busybox:busybox:-"))], busybox("1.2.3")) == "none"


def test_an_interval_of_versions(status: Callable[..., str]) -> None:
    record = nvd(ID, hit("busybox:busybox", versionEndExcluding="1.20.0"))
    between = {"version_low": "1.18.0", "version_high": "1.19.4"}
    assert status([record], busybox("1.19.0", **between)) == "affected"
    assert status([record], busybox("1.19.0", **{**between, "version_high": "1.21"})) == (
        "possibly-affected"
    )
    above = {"version_low": "1.20.0", "version_high": "1.21"}
    assert status([record], busybox("1.20.1", **above)) == "none"
    assert status([record], busybox("")) == "possibly-affected"


def test_an_interval_around_a_single_version(status: Callable[..., str]) -> None:
    record = nvd(ID, hit("busybox:busybox:1.19.0"))
    between = {"version_low": "1.18.0", "version_high": "1.20.0"}
    assert status([record], busybox("1.19.0", **between)) == "possibly-affected"


def test_a_platform_is_no_product(status: Callable[..., str]) -> None:
    browser = hit("google:chrome", versionEndExcluding="90")
    kernel = hit("o:linux:linux_kernel:-") | {"vulnerable": False}
    together = [{"operator": "AND", "nodes": [{"cpeMatch": [browser]}, {"cpeMatch": [kernel]}]}]
    assert status([nvd(ID, configurations=together)], linux("5.4.2")) == "none"


def test_and_with_an_operating_system(status: Callable[..., str]) -> None:
    program = hit("openssl:openssl", versionEndExcluding="1.1")
    for system, expected in (
        ("o:microsoft:windows", "none"),
        ("o:apple:mac_os_x", "none"),
        ("o:linux:linux_kernel", "affected"),
        ("h:maker:box", "possibly-affected"),
    ):
        beside = hit(system) | {"vulnerable": False}
        logic = [{"operator": "AND", "nodes": [{"cpeMatch": [program]}, {"cpeMatch": [beside]}]}]
        found = status([nvd(ID, configurations=logic)], openssl("1.0.2"), linux("4.4"))
        assert found == expected, system


def test_firmware_and_hardware_never_match_a_component(status: Callable[..., str]) -> None:
    firmware = hit("o:maker:busybox_firmware:1.0")
    hardware = hit("h:maker:busybox") | {"vulnerable": False}
    logic = [{"operator": "AND", "nodes": [{"cpeMatch": [firmware]}, {"cpeMatch": [hardware]}]}]
    assert status([nvd(ID, configurations=logic)], busybox("1.0")) == "none"


def test_software_that_a_name_is_bound_to(status: Callable[..., str]) -> None:
    for target, expected in (
        ("windows", "none"), ("wordpress", "none"), ("node.js", "none"), ("linux", "affected"),
        ("*", "affected"), ("odd_thing", "possibly-affected"),
    ):  # fmt: skip
        match = hit(f"busybox:busybox:*:*:*:*:*:{target}", versionEndExcluding="2")
        assert status([nvd(ID, match)], busybox("1.2")) == expected, target


def test_the_system_in_the_target_field_is_no_product(status: Callable[..., str]) -> None:
    match = hit("vendor:thing:*:*:*:*:*:linux_kernel", versionEndExcluding="9")
    assert status([nvd(ID, match)], linux("4.4.1")) == "none"


def test_a_distribution_is_not_the_kernel(status: Callable[..., str]) -> None:
    old = nvd(ID, hit("o:suse:linux:1.3.3"), hit("o:redhat:linux:1.3.3"))
    assert status([old], linux("1.3.3")) == "none"


def test_the_vendor_is_respected(status: Callable[..., str]) -> None:
    assert status([nvd(ID, hit("otherfirm:busybox"))], busybox("1.2")) == "none"
    versions = [{"version": "0", "lessThan": "9", "status": "affected", "versionType": "semver"}]
    by_name = cve(ID, [{"vendor": "npmfirm", "product": "busybox", "versions": versions}])
    assert status([by_name], busybox("1.2")) == "none"


@pytest.mark.parametrize(
    ("name", "cpe", "alias"),
    [
        ("zlib", "zlib:zlib", "gnu:zlib"),
        ("dnsmasq", "thekelleys:dnsmasq", "the_kelleys:dnsmasq"),
        ("MiniUPnPd", "miniupnp_project:miniupnpd", "miniupnp.free:miniupnpd"),
        ("ppp", "point-to-point_protocol_project:point-to-point_protocol", "samba:ppp"),
        ("Mbed TLS", "arm:mbed_tls", "trustedfirmware:mbed_tls"),
        ("hostapd", "w1.fi:hostapd", "hostapd:hostapd"),
        ("nginx", "f5:nginx", "nginx:nginx"),
        ("vim", "vim:vim", "vim:vim"),
    ],
)
def test_aliases(status: Callable[..., str], name: str, cpe: str, alias: str) -> None:
    record = nvd(ID, hit(alias, versionEndExcluding="2"))
    assert status([record], component(name, "1.0", cpe)) == "affected"


def test_uclibc_is_not_uclibc_ng(status: Callable[..., str]) -> None:
    record = nvd(ID, hit("uclibc-ng_project:uclibc-ng", versionEndExcluding="1.0.40"))
    assert status([record], component("uClibc", "0.9.33.2", "uclibc:uclibc")) == "none"


def test_a_cve_record_with_an_inverted_list(status: Callable[..., str]) -> None:
    kernel = [
        {"vendor": "Linux", "product": "Linux", "defaultStatus": "unaffected", "versions": [
            {"version": "1da177e4", "lessThan": "97bc3683", "status": "affected",
             "versionType": "git"}]},
        {"vendor": "Linux", "product": "Linux", "defaultStatus": "affected", "versions": [
            {"version": "4.9", "status": "affected"},
            {"version": "0", "lessThan": "4.9", "status": "unaffected", "versionType": "semver"},
            {"version": "4.14.336", "lessThanOrEqual": "4.14.*", "status": "unaffected",
             "versionType": "semver"},
            {"version": "6.8", "lessThanOrEqual": "*", "status": "unaffected",
             "versionType": "original_commit_for_fix"}]},
    ]  # fmt: skip
    record = cve(ID, kernel, by="Linux")
    for version, expected in (
        ("4.4.100", "none"), ("4.9", "affected"), ("4.9.337", "affected"),
        ("4.14.335-vendor", "affected"), ("4.14.336", "none"), ("4.14.340", "none"),
        ("4.15.1", "affected"), ("6.7.9", "affected"), ("6.8", "none"), ("6.9.1", "none"),
    ):  # fmt: skip
        assert status([record], linux(version)) == expected, version


def test_commits_are_no_releases(status: Callable[..., str]) -> None:
    """Enrichers write ranges of commits as custom versions: 1da177e4 is not release 1."""
    for kind in ("custom", "git"):
        stated = {
            "vendor": "linux", "product": "linux_kernel", "defaultStatus": "unknown", "versions": [
                {"version": "1da177e4c3f4", "lessThan": "34e41a031fd7", "status": "affected",
                 "versionType": kind}]}  # fmt: skip
        stated["cpes"] = ["cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"]
        assert status([cve(ID, [stated])], linux("2.6.31")) == "none"


def test_a_default_of_affected_beside_affected_versions_only(status: Callable[..., str]) -> None:
    stated = {
        "vendor": "PHP Group", "product": "PHP", "defaultStatus": "affected", "versions": [
            {"version": "8.1.*", "lessThan": "8.1.16", "status": "affected"},
            {"version": "8.2.x", "lessThan": "8.2.3", "status": "affected"}]}  # fmt: skip
    record = cve(ID, [stated], by="php")
    told = {v: status([record], component("PHP", v, "php:php")) for v in ("8.1.15", "8.2.3", "8.3")}
    assert told == {"8.1.15": "affected", "8.2.3": "none", "8.3": "none"}


def test_a_cve_record_for_other_systems(status: Callable[..., str]) -> None:
    stated = {
        "vendor": "PHP Group", "product": "PHP",
        "versions": [{"version": "0", "lessThan": "9", "status": "affected"}],
    }  # fmt: skip
    for platforms, expected in (
        (["Windows"], "none"), (["Windows", "Linux"], "affected"), (["x86", "ARM"], "affected"),
    ):  # fmt: skip
        record = cve(ID, [{**stated, "platforms": platforms}])
        assert status([record], component("PHP", "8.1", "php:php")) == expected


def test_a_stream_is_open_only_as_far_as_the_data_goes(
    search: Callable[..., list], tmp_path: Path
) -> None:
    table = tmp_path / "streams.tsv"
    table.write_text(
        f"cve\tstream\tstatus\tfixed_in\n{ID}\t5.10\topen\t\nCVE-2021-2000\t5.10\tfixed\t5.10.200\n"
    )
    found = search([table], linux("5.10.150"))
    assert {one.id: one.status for one in found} == {
        ID: "possibly-affected", "CVE-2021-2000": "affected",
    }  # fmt: skip
    assert search([table], linux("5.10.216")) == []


def test_an_open_stream_counts_when_the_origin_is_known(
    search: Callable[..., list], tmp_path: Path
) -> None:
    """`open` says that no fix was seen; a branch from before the flaw needs none."""
    streams, ranges = tmp_path / "streams.tsv", tmp_path / "ranges.tsv"
    streams.write_text(
        f"cve\tstream\tstatus\tfixed_in\n{ID}\t4.4\topen\t\nCVE-2021-2000\t4.4\tfixed\t4.4.300\n"
    )
    head = "cve\tbroken_by\tfixed_by\taffected_from\tfixed_in\tnote\n"
    for begins, expected, doubt in (
        ("v3.2-rc1", "affected", ""),
        ("v2.6.12-rc2", "possibly-affected", "much older than its fix in 6.2-rc4"),
        ("", "possibly-affected", "which release brought the flaw"),
    ):  # fmt: skip
        ranges.write_text(f"{head}{ID}\ta\tb\t{begins}\tv6.2-rc4\t\n")
        flaw = next(one for one in search([streams, ranges], linux("4.4.182")) if one.id == ID)
        assert flaw.status == expected
        assert doubt in " ".join(flaw.doubts)
    ranges.write_text(f"{head}{ID}\ta\tb\tv2.6.12-rc2\tv4.9-rc2\t\n")
    near = next(one for one in search([streams, ranges], linux("4.4.182")) if one.id == ID)
    assert near.status == "affected", "fixed within two years of the release"


def test_a_part_of_a_component_is_only_possibly_affected(status: Callable[..., str]) -> None:
    record = nvd(ID, hit("openssl:openssl", versionEndExcluding="1.1"))
    assert status([record], openssl("1.0.2", kind="fragment")) == "possibly-affected"
    assert status([record], openssl("1.0.2", kind="full-copy")) == "affected"


def test_changes_within_a_range(status: Callable[..., str]) -> None:
    versions = [
        {
            "version": "1.0", "lessThan": "3.0", "status": "affected", "versionType": "custom",
            "changes": [{"at": "1.5", "status": "unaffected"}, {"at": "2.0", "status": "affected"}],
        }
    ]  # fmt: skip
    stated = {"vendor": "busybox", "product": "busybox", "versions": versions}
    told = {v: status([cve(ID, [stated])], busybox(v)) for v in ("0.9", "1.2", "1.7", "2.1", "3.0")}
    assert told == {
        "0.9": "none", "1.2": "affected", "1.7": "none", "2.1": "affected", "3.0": "none",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("< 1.2.3", "1.2.2", "1.2.3"),
        (">= 1.0, < 1.2", "1.1", "0.9"),
        (">=1.0,<1.2 || >=2.0,<2.2", "2.1", "1.3"),
        ("before 1.35", "1.34", "1.35"),
        ("prior to version 1.4", "1.3.9", "1.4"),
        ("1.0 through 1.4", "1.4", "1.5"),
        ("1.2 and earlier", "1.1", "1.3"),
        ("up to and including 1.3", "1.3", "1.4"),
        ("Fixed in 1.6", "1.5", "1.6"),
        ("= 1.2.0", "1.2", "1.3"),
        ("Branch 1.18 1.18.0 through versions before 1.18.7", "1.18.6", "1.17.9"),
        ("1.18.0 through versions up to and including 1.18.7", "1.18.7", "1.17.9"),
        ("1.2 before 1.3", "1.2.1", "1.1"),
        ("2.0, before 1.3", "1.1", "1.3"),
    ],
)
def test_versions_in_words(
    status: Callable[..., str], text: str, inside: str, outside: str
) -> None:
    stated = {
        "vendor": "busybox", "product": "busybox",
        "versions": [{"version": text, "status": "affected"}],
    }  # fmt: skip
    assert status([cve(ID, [stated])], busybox(inside)) == "affected"
    assert status([cve(ID, [stated])], busybox(outside)) == "none"


def test_the_fixed_releases_of_several_branches(status: Callable[..., str]) -> None:
    """As in `before 1.18.7` and `before 1.19.5`: a release of 1.18 after 1.18.7 has the fix."""
    for first in ("0", "unspecified"):
        versions = [
            {"version": first, "lessThan": end, "status": "affected", "versionType": "custom"}
            for end in ("1.16.33", "1.18.7", "1.19.5")
        ]
        stated = {"vendor": "busybox", "product": "busybox", "versions": versions}
        told = {v: status([cve(ID, [stated])], busybox(v))
                for v in ("1.2", "1.16.32", "1.16.33", "1.18.6", "1.18.9", "1.19.1")}  # fmt: skip
        assert told == {
            "1.2": "affected", "1.16.32": "affected", "1.16.33": "none", "1.18.6": "affected",
            "1.18.9": "none", "1.19.1": "affected",
        }  # fmt: skip


def test_a_private_edition_is_another_edition(status: Callable[..., str]) -> None:
    record = nvd(
        ID,
        hit("isc:bind", versionStartIncluding="9.0.0", versionEndExcluding="9.18.41"),
        hit("isc:bind", versionStartIncluding="9.9.3-s1", versionEndExcluding="9.18.41-s1"),
    )
    for version, expected in (
        ("9.18.40", "affected"), ("9.18.41", "none"), ("9.18.40-S1", "affected"),
        ("9.18.41-S1", "none"),
    ):  # fmt: skip
        assert status([record], component("BIND", version, "isc:bind")) == expected, version


def test_records_that_contradict_each_other(
    write: Callable[..., Path], search: Callable[..., list]
) -> None:
    wide = nvd(ID, hit("busybox:busybox", versionEndIncluding="1.36.1"))
    narrow = cve(
        ID,
        [{"vendor": "busybox", "product": "busybox", "defaultStatus": "unaffected", "versions": [
            {"version": "0", "lessThan": "1.35", "status": "affected", "versionType": "custom"}]}],
    )  # fmt: skip
    other = cve(ID, narrow["containers"]["cna"]["affected"], by="busybox")
    first = write(wide, name="nvd.jsonl")
    (flaw,) = search([first, write(narrow)], busybox("1.36.0"))
    assert flaw.status == "possibly-affected"
    assert any("somebody does not count this version" in one for one in flaw.doubts)
    (settled,) = search([first, write(other)], busybox("1.36.0"))
    assert settled.status == "not-affected", "the project itself decides"
    assert "NVD" in {ground.by for ground in settled.grounds}


def test_a_correction_of_nvd_counts_instead_of_it(status: Callable[..., str]) -> None:
    wrong = nvd(ID, hit("busybox:busybox"))
    configurations = nvd(ID, hit("busybox:busybox", versionEndExcluding="1.10"))["configurations"]
    correction = {"_annotation": {"cve_id": ID}, "cve": {"configurations": configurations}}
    assert status([wrong], busybox("1.12")) == "affected"
    assert status([wrong, correction], busybox("1.12")) == "none"


def test_rejected_records_match_nothing(status: Callable[..., str]) -> None:
    record = nvd(ID, hit("busybox:busybox"), vulnStatus="Rejected")
    assert status([record], busybox("1.2")) == "none"


def test_disputed_records_say_so(write: Callable[..., Path], search: Callable[..., list]) -> None:
    record = nvd(ID, hit("busybox:busybox"), cveTags=[{"tags": ["disputed"]}])
    (flaw,) = search([write(record)], busybox("1.2"))
    assert flaw.doubts == ("the flaw itself is disputed",)


TRACKER = {
    "openssl": {
        ID: {
            "releases": {
                "bullseye": {"status": "resolved", "fixed_version": "1.1.1n-0+deb11u4"},
                "bookworm": {"status": "resolved", "fixed_version": "3.0.9-1"},
                "sid": {"status": "open"},
            }
        }
    }
}


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("1.1.1n-0+deb11u3", "affected"),
        ("1.1.1n-0+deb11u4", "not-affected"),
        ("1.1.1n-0+deb11u5", "not-affected"),
    ],
)
def test_a_backport_of_the_distribution(
    write: Callable[..., Path], search: Callable[..., list], revision: str, expected: str
) -> None:
    upstream = nvd(ID, hit("openssl:openssl", versionEndExcluding="1.1.1t"))
    files = [write(upstream), write(TRACKER, name="tracker.json")]
    package = openssl("1.1.1n", purl=f"pkg:deb/libssl1.1@{revision.replace('+', '%2B')}")
    setting = Setting(release="bullseye", sources=(("libssl1.1", "openssl"),))
    (flaw,) = search(files, package, setting=setting)
    assert flaw.status == expected
    assert ("Debian bullseye" in flaw.says) == (expected == "affected") or "Debian" in flaw.says


def test_a_distribution_without_a_known_release(status: Callable[..., str]) -> None:
    package = openssl("1.1.1n", purl="pkg:deb/openssl@1.1.1n-0")
    assert status([TRACKER], package) == "affected", "older than every fix"
    newest = openssl("3.0.11", purl="pkg:deb/openssl@3.0.11-1")
    assert status([TRACKER], newest) == "possibly-affected", "fixed in one, open in another"


def test_a_packager_may_have_patched(status: Callable[..., str]) -> None:
    record = nvd(ID, hit("busybox:busybox", versionEndExcluding="1.30"))
    first = busybox("1.28.4", purl="pkg:opkg/busybox@1.28.4-1")
    later = busybox("1.28.4", purl="pkg:opkg/busybox@1.28.4-3")
    assert status([record], first) == "affected"
    assert status([record], later) == "possibly-affected"


def test_alpine_packages(status: Callable[..., str]) -> None:
    secdb = {
        "distroversion": "v3.18",
        "reponame": "main",
        "packages": [{"pkg": {"name": "busybox", "secfixes": {"1.36.1-r1": [ID], "0": []}}}],
    }
    for revision, expected in (("1.36.1-r0", "affected"), ("1.36.1-r1", "none")):
        package = busybox("1.36.1", purl=f"pkg:apk/busybox@{revision}")
        assert status([secdb], package) == expected


def test_osv_events_and_tags(status: Callable[..., str]) -> None:
    record = {
        "id": "OSV-2021-1", "aliases": [ID], "modified": "2022-01-01T00:00:00Z",
        "affected": [{
            "package": {"ecosystem": "OSS-Fuzz", "name": "busybox"},
            "ranges": [{"type": "GIT", "repo": "x", "events": [{"introduced": "abc"}]}],
            "versions": ["1_19_0", "busybox-1.20.0"],
        }],
    }  # fmt: skip
    assert status([record], busybox("1.19.0")) == "affected"
    assert status([record], busybox("1.20.0")) == "affected"
    assert status([record], busybox("1.21.0")) == "none"
    ranged = {
        **record,
        "affected": [{
            "package": {"ecosystem": "", "name": "busybox"},
            "ranges": [{"type": "SEMVER", "events": [
                {"introduced": "0"}, {"fixed": "1.2.0"}, {"introduced": "2.0.0"},
                {"last_affected": "2.1.0"}]}],
        }],
    }  # fmt: skip
    told = {v: status([ranged], busybox(v)) for v in ("1.1.9", "1.2.0", "2.0.5", "2.1.0", "2.1.1")}
    assert list(told.values()) == ["affected", "none", "affected", "affected", "none"]


def test_code_that_is_not_there(write: Callable[..., Path], search: Callable[..., list]) -> None:
    awk = nvd("CVE-2021-42378", hit("busybox:busybox", versionEndExcluding="1.34"))
    setting = Setting(absent=("BusyBox 1.30.0/awk",))
    (flaw,) = search([write(awk)], busybox("1.30.0"), setting=setting)
    assert flaw.status == "not-affected"
    assert flaw.justification == "vulnerable_code_not_present"
    assert "awk is not in any copy of it" in flaw.says
    (there,) = search([write(awk)], busybox("1.30.0"))
    assert there.status == "affected"


def test_a_kernel_feature_that_is_not_built(
    write: Callable[..., Path], search: Callable[..., list]
) -> None:
    stated = {
        "vendor": "Linux", "product": "Linux", "defaultStatus": "affected",
        "programFiles": ["net/tipc/node.c", "include/net/tipc.h"],
        "versions": [{"version": "0", "lessThan": "4.0", "status": "unaffected",
                      "versionType": "semver"}],
    }  # fmt: skip
    files = [write(cve(ID, [stated], by="Linux"))]
    for options, expected in (
        (("TIPC=n",), "not-affected"), (("TIPC=m",), "affected"), ((), "affected"),
    ):  # fmt: skip
        (flaw,) = search(files, linux("4.4.2"), setting=Setting(options=options))
        assert flaw.status == expected, options
    assert (
        "CONFIG_TIPC" in search(files, linux("4.4.2"), setting=Setting(options=("TIPC=n",)))[0].says
    )


def test_code_for_another_machine(write: Callable[..., Path], search: Callable[..., list]) -> None:
    stated = {
        "vendor": "Linux", "product": "Linux", "defaultStatus": "affected",
        "programFiles": ["arch/x86/kvm/vmx.c"], "versions": [{"version": "6.8", "status":
        "unaffected", "lessThanOrEqual": "*", "versionType": "semver"}],
    }  # fmt: skip
    files = [write(cve(ID, [stated], by="Linux"))]
    (flaw,) = search(files, linux("6.6.2"), setting=Setting(machine="MIPS"))
    assert flaw.status == "not-affected"
    (same,) = search(files, linux("6.6.2"), setting=Setting(machine="x86-64"))
    assert same.status == "affected"


def test_mainline_alone_does_not_settle_a_stable_release(
    search: Callable[..., list], tmp_path: Path
) -> None:
    table = tmp_path / "ranges.tsv"
    table.write_text(
        "cve\tbroken_by\tfixed_by\taffected_from\tfixed_in\tnote\n"
        f"{ID}\ta\tb\tv2.6.20-rc1\tv4.2-rc1\t\n"
    )
    (stable,) = search([table], linux("3.10.14"))
    assert stable.status == "possibly-affected"
    (plain,) = search([table], linux("3.10"))
    assert plain.status == "affected"
    assert search([table], linux("4.4.1")) == []
    streams = tmp_path / "streams.tsv"
    streams.write_text(f"cve\tstream\tstatus\tfixed_in\n{ID}\t3.10\tfixed\t3.10.90\n")
    (older,) = search([table, streams], linux("3.10.14"))
    assert older.status == "affected"
    assert search([table, streams], linux("3.10.90")) == []


def test_a_snapshot_of_a_day_has_no_place_among_releases(status: Callable[..., str]) -> None:
    record = nvd(ID, hit("w1.fi:hostapd", versionEndExcluding="2.10"))
    snapshot = component("hostapd", "2018-05-21-62566bc2", "w1.fi:hostapd")
    assert status([record], snapshot) == "possibly-affected"


def test_priority_and_exposure(write: Callable[..., Path], search: Callable[..., list]) -> None:
    vector = {"cvssData": {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}
    scored = {"metrics": {"cvssMetricV31": [{**vector, "type": "Primary"}]}}
    records = [
        nvd("CVE-2021-1", hit("busybox:busybox")) | {"id": "CVE-2021-1001"},
        nvd("CVE-2021-1002", hit("busybox:busybox"), **scored),
        nvd("CVE-2021-1003", hit("busybox:busybox"), **scored),
    ]
    kev = {
        "catalogVersion": "2025", "dateReleased": "2025-01-02T",
        "vulnerabilities": [{"cveID": "CVE-2021-1003", "dateAdded": "2023-04-05"}],
    }  # fmt: skip
    exposed = Exposure(
        component="BusyBox", version="1.2", marks=("network-facing", "started-at-boot"),
        says=("telnetd is it",),
    )  # fmt: skip
    files = [write(*records), write(kev, name="kev.json")]
    first, second, third = search(files, busybox("1.2"), setting=Setting(exposures=(exposed,)))
    assert [first.id, second.id, third.id] == ["CVE-2021-1003", "CVE-2021-1002", "CVE-2021-1001"]
    assert (first.exploited, first.score, first.severity) == ("2023-04-05", 98, "critical")
    assert first.priority > second.priority > third.priority
    assert first.exposure == ("telnetd is it",)
    plain = search(files, busybox("1.2"))
    assert plain[0].priority < first.priority


def test_a_statement_is_applied_and_stays_visible(
    write: Callable[..., Path], search: Callable[..., list]
) -> None:
    files = [write(nvd(ID, hit("busybox:busybox")))]
    said = Statement(
        flaw=ID, product="pkg:generic/busybox@1.2", status="not_affected", author="Maker Ltd",
        justification="vulnerable_code_not_in_execute_path", says="the applet is not used",
    )  # fmt: skip
    (flaw,) = search(files, busybox("1.2"), statements=(said,))
    assert (flaw.status, flaw.priority) == ("not-affected", 0)
    assert flaw.justification == "vulnerable_code_not_in_execute_path"
    assert flaw.statements == (said,)
    assert "Maker Ltd states: not affected" in flaw.says
    assert flaw.grounds, "what the records say is still there"
    (other,) = search(files, busybox("1.3"), statements=(said,))
    assert other.status == "affected", "it is about another version"


def test_each_match_is_a_sentence_with_its_proof(
    write: Callable[..., Path], search: Callable[..., list]
) -> None:
    record = nvd(ID, hit("busybox:busybox", versionEndExcluding="1.30.0"))
    (flaw,) = search([write(record)], busybox("1.19.4"))
    assert flaw.says == (
        f"BusyBox 1.19.4 in root//usr/BusyBox is affected by {ID} "
        "(affected according to NVD: before 1.30.0)."
    )
    (proof,) = flaw.proofs
    assert (proof.path, proof.offset, proof.length) == ("root//usr/BusyBox", 16, 4)
