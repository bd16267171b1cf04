"""The catalogue of public cases: each rule on a file that has the artefact, and on near misses."""

import re
import tomllib
from importlib import resources

import pytest

from assay.checks.backdoors import public_case
from assay.checks.backdoors.public_case import CHECK, catalogue
from assay.checks.check import Scope
from assay.inventory.examiner import examiner
from assay.inventory.image import Inventory
from assay.inventory.patterns import patterns
from assay.model.result import Coverage
from assay.model.tree import Node, Origin
from assay.pipeline import identified

ELF = b"\x7fELF\x01\x01\x01" + bytes(9) + b"\x02\0\x08\0\x01\0\0\0" + bytes(28)
SAMPLES = {
    "telnet-magic-packet": b"AMBIT_TELNET_ENABLE+%s",
    "setup-cgi-currentsetting": b"currentsetting.htm\0syscmd\0",
    "user-agent-constant": b"xmlset_roodkcableoj28840ybtide",
    "helodbg": b"HELODBG",
    "nas-sharing-messagebus": b"/cgi-bin/nas_sharing.cgi?user=%s",
    "mydlink-account": b"mydlinkBRionyg",
    "alpha-telnet": b"telnetd -l /usr/sbin/login -u Alphanetworks:$image_sign -i br0 &",
    "mfg-thread": b"w302r_mfg",
    "goform-telnet": b"TendaTelnet",
    "start-art": b"/start_art.html\0nart.out\0",
    "qmik-account": b"\nqmik:x:500:500::/:/bin/sh\n",
    "zyfwp": b"zyfwp",
    "zyad5001": b"zyad5001",
    "sync-agent": b"ztex1609523",
    "airocon": b"%sairocon",
    "web-shell-cmd": b"/web_shell_cmd.gch",
    "open-telnet-once": b"OpenTelnet:OpenOnce",
    "default-account-reversed": b"OxhlwSG8",
    "devel-login": b"/nova/etc/devel-login",
    "udpserver": b"\0orf\0",
    "form-sys-cmd": b"formSysCmd\0sysCmd\0",
    "remotessh": b"remotessh",
    "gpon-images": b"/GponForm/diag_Form",
    "olt-accounts": b"suma123\0debug124\0",
    "ont-user": b"ONTUSER\0SUGAR2A041\0",
    "p2p-camera-root": b"root:$1$ybdHbPDn$ii9aEIFNiolBbM9QxW9mr0:0:0::/:/bin/sh",
    "mofidev": b"mofidev",
    "moxa-root": b"moxaiwroot",
    "screenos-format": b"<<< %s(un='%s') = %u",
    "fortimanager-access": b"Fortimanager_Access\0FGTAbc11\0",
    "sslvpn-magic": b"4tinet2095866",
    "hidden-nfs-address": b"mount -t nfs 202.114.4.119:/pm /mnt",
    "xz-liblzma": bytes.fromhex(
        "f30f1efa554889f54c89ce5389fb81e7000000804883ec28488954241848894c2410"
    ),
    "proftpd-help": b"ACIDBITCHEZ",
    "php-header": b"REMOVETHIS: sold to zerodium, mid 2017",
    "fiberhome-telnet-key": b"/telnet?enable=0&key=%s",
    "dblteks-challenge": b"dbladm",
}


def image(files, mode=0o755):
    chosen = examiner()
    nodes, store = [], {}
    for number, (path, content) in enumerate(sorted(files.items())):
        blob = f"{number:064x}"
        origin = Origin(container="a" * 64, format="tar", offset=0, length=len(content))
        node = Node(path=path, kind="file", origin=origin, blob=blob, size=len(content), mode=mode)
        nodes.append(node)
        store[blob] = chosen.examine(content, chosen.by_path(f"/{path}")).facts
    covered = Coverage(size=1, parsed=1, padding=0, encrypted=0, unknown=0, files=len(files))
    kinds = [module.KIND for module in chosen.modules]
    return Inventory(nodes, store, kinds, covered)


def found(files, mode=0o755):
    return list(public_case.run(image(files, mode), Scope()))


def cases_of(files, mode=0o755):
    return {re.search(r"public case: (.*?) \(", one.says)[1] for one in found(files, mode)}


def by_id(name):
    return next(case for case in catalogue().cases if case.id == name)


def test_every_rule_with_texts_has_a_sample():
    assert {case.id for case in catalogue().cases if case.patterns} == set(SAMPLES)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_artefact_in_a_program_is_told(name):
    case = by_id(name)
    results = found({"usr/sbin/thing": ELF + b"\0filler\0" + SAMPLES[name] + b"\0end\0"})
    told = [one for one in results if case.title in one.says]
    assert len(told) == 1
    assert told[0].severity == case.severity
    assert told[0].evidence[0].length >= 3
    assert case.references[0] in told[0].says
    assert "does not show" in told[0].says


@pytest.mark.parametrize("name", [case.id for case in catalogue().cases if case.needs_program])
def test_a_mention_in_a_document_is_not(name):
    sample = SAMPLES.get(name, b"nothing")
    assert by_id(name).title not in cases_of({"usr/share/doc/notes.txt": sample + b"\n"}, 0o644)


@pytest.mark.parametrize("name", [case.id for case in catalogue().cases if len(case.patterns) > 1])
def test_a_single_text_of_several_is_not(name):
    for half in SAMPLES[name].split(b"\0"):
        if half:
            told = cases_of({"usr/sbin/thing": ELF + b"\0" + half + b"\0"})
            assert by_id(name).title not in told


@pytest.mark.parametrize("name", [case.id for case in catalogue().cases if case.paths])
def test_a_name_alone_is_tentative(name):
    case = by_id(name)
    results = found({case.paths[0].replace("*/", "usr/sbin/"): ELF})
    told = [one for one in results if case.title in one.says]
    assert [one.confidence for one in told] == ["tentative"]
    assert told[0].severity != "critical"


def test_other_names_and_texts_are_left_alone():
    files = {
        "usr/sbin/myscfgmgr2": ELF,
        "bin/ls": ELF + b"AMBIT\0orf\0zyf\0remote ssh\0airo con\0mofi dev\0",
        "etc/passwd": b"root:x:0:0::/:/bin/sh\nqmiker:x:1:1::/:/bin/sh\n",
    }
    assert found({**files, "bin/ls": files["bin/ls"].replace(b"\0orf\0", b"\0orfe\0")}) == []


def test_no_more_files_of_one_case_than_a_reader_needs():
    files = {f"bin/tool{number}": ELF + b"\0dbladm\0" + bytes([number]) for number in range(12)}
    assert len(found(files)) == public_case.MOST_FILES


def test_the_catalogue_is_well_formed():
    cases = catalogue().cases
    known = {one["id"] for one in patterns()}
    assert len({case.id for case in cases}) == len(cases)
    for case in cases:
        assert case.patterns <= known
        assert case.patterns or case.paths
        assert all(one.startswith(("https://", "http://")) for one in case.references)
        assert case.references
        assert all(re.fullmatch(r"CVE-\d{4}-\d{4,6}", one) for one in case.cve)
        assert all(glob == glob.lower() for glob in case.paths)
    used = {name for case in cases for name in case.patterns}
    assert {name for name in known if name.startswith("cases.")} == used


def test_every_case_without_an_artefact_says_what_finds_it():
    text = resources.files("assay.checks.data").joinpath("public-cases.toml").read_text("utf-8")
    entries = tomllib.loads(text)["elsewhere"]
    assert len(entries) + len(catalogue().cases) >= 60
    assert all(entry["title"] and entry["by"] for entry in entries)


def test_verified_cases_fire_on_their_images(corpus):
    wanted = {case.verified: case for case in catalogue().cases if case.verified}
    name = "netcore-10f062.squashfs"
    results = public_case.run(identified(corpus / "images" / name, workers=1).image, Scope())
    assert any(wanted[name].title in one.says for one in results)
    assert CHECK.id == "backdoors.public-case"
