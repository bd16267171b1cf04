"""An update of a small root file system: what it lets in, from the bytes to text, page and code."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from assay.cli import main
from assay.compare.access import compare_access

PROGRAMS = Path(__file__).resolve().parents[2] / "code" / "changes" / "fixtures"
START = b"#!/bin/sh\niptables -A INPUT -p tcp --dport 80 -j ACCEPT\nrelay &\n"
MORE = b"iptables -A INPUT -s 9.9.9.9 -j ACCEPT\ntelnetd -l /bin/sh &\n"
OLD = {
    "etc/passwd": (b"root:*:0:0:root:/root:/bin/sh\n", 0o644),
    "etc/inittab": (b"::sysinit:/etc/init.d/rcS\n", 0o644),
    "etc/init.d/rcS": (START, 0o755),
    "etc/crontabs/root": (b"# by the clock\n0 3 * * * /usr/bin/rotate\n", 0o600),
    "usr/sbin/relay": ("first", 0o755),
    "usr/sbin/same": ("plain", 0o755),
    "www/index.html": (b"<a href='cgi-bin/status.cgi'>status</a>\n", 0o644),
    "www/cgi-bin/status.cgi": (b"#!/bin/sh\necho ok\n", 0o755),
    "bin/tool": (
        b"#!/bin/sh\necho tool, long enough to be taken for a file of its own here\n",
        0o755,
    ),
}
NEW = {
    **OLD,
    "etc/init.d/rcS": (START + MORE, 0o755),
    "etc/crontabs/root": (b"0 3 * * * /usr/bin/rotate\n*/5 * * * * /usr/bin/poll\n", 0o600),
    "usr/sbin/relay": ("magic", 0o755),
    "www/cgi-bin/diag<b>.cgi": (b"#!/bin/sh\necho diag\n", 0o755),
    "bin/tool": (OLD["bin/tool"][0], 0o4755),
}
REBUILT = {**OLD, "usr/sbin/relay": ("rebuilt", 0o755)}


def tar(path, files, way="mips"):
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, (held, mode) in sorted(files.items()):
            content = (
                (PROGRAMS / f"{way}-{held}.elf").read_bytes() if isinstance(held, str) else held
            )
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    versions = {"old": OLD, "new": NEW, "rebuilt": REBUILT}
    return {name: tar(folder / f"{name}.tar", files) for name, files in versions.items()}


@pytest.fixture(scope="module")
def view(images):
    return compare_access(images["old"], images["new"], workers=1)


def entries(view, name):
    section = next(one for one in view.sections if one.name == name)
    return [(one.change, one.weight, one.what) for one in section.entries]


def test_what_a_changed_program_can_do(view):
    section = next(one for one in view.sections if one.name == "programs")
    first = section.entries[0]
    assert first.severity == "high"
    assert first.weight == "worse"
    assert "`zz-diag-41`" in first.what
    assert "telnetd -l /bin/sh" in first.what
    assert "file offset 0x" in first.note
    assert all("/usr/sbin/relay" in one.where for one in section.entries)


def test_the_changed_places_are_listed_in_order(images, view):
    section = next(one for one in view.sections if one.name == "places")
    first = section.entries[0]
    assert first.what.startswith("/usr/sbin/relay, 1: ")
    assert "`zz-diag-41`" in first.what
    assert (first.weight, first.severity) == ("neutral", "")
    assert first.note.startswith("function at 0x")
    assert section.counts == f"{len(section.entries)} of 1 places in 1 programs"
    assert "reading list" in section.note
    back = compare_access(images["new"], images["old"], workers=1)
    assert any("no longer" in what or "less" in what for _, _, what in entries(back, "places"))


def test_rules_jobs_and_handlers(view):
    found = entries(view, "openings")
    assert ("new", "worse", "packet filter: -A INPUT -s 9.9.9.9 -j ACCEPT") in found
    assert ("new", "worse", "runs by the clock: `*/5 * * * * /usr/bin/poll`") in found
    assert ("new", "worse", "web handler /www/cgi-bin/diag<b>.cgi") in found
    assert not any("dport 80" in what or "rotate" in what for _, _, what in found)


def test_services_and_rights(view):
    assert ("new", "worse", "telnetd (telnet)") in entries(view, "services")
    assert entries(view, "rights") == [("changed", "worse", "/bin/tool")]


def test_the_answer_leads_with_the_code(view):
    assert view.schema.endswith("/access/1")
    assert view.answer.line.startswith("Worse: ")
    assert "abilit" in view.answer.worse[0]


def test_a_program_built_again_brings_nothing(images):
    view = compare_access(images["old"], images["rebuilt"], workers=1)
    assert entries(view, "programs") == []
    assert view.answer.worse == ()


def test_an_update_back_is_better(images):
    view = compare_access(images["new"], images["old"], workers=1)
    assert view.answer.worse == ()
    assert ("gone", "better", "telnetd (telnet)") in entries(view, "services")


def test_everything_adds_what_matters_little(images, view):
    whole = compare_access(images["old"], images["new"], workers=1, everything=True)
    assert len(entries(whole, "programs")) > len(entries(view, "programs"))


def test_the_command_prints_text_and_writes_the_page(images, tmp_path, capsys):
    options = ["--quiet", "--no-cache", "--workers", "1", "--output", str(tmp_path)]
    code = main(["compare", "--access", str(images["old"]), str(images["new"]), *options])
    text = capsys.readouterr().out
    assert code == 1
    assert "What programs can do now" in text
    assert "Changed places of programs to read first: 1 of 1 places in 1 programs" in text
    page = (tmp_path / "access.html").read_text("utf-8")
    assert "zz-diag-41" in page
    assert "<b>.cgi" not in page


def test_options_that_do_not_go_together(images, capsys):
    paths = [str(images["old"]), str(images["new"])]
    assert main(["compare", "--all", *paths]) == 2
    assert main(["compare", "--access", "--snapshot", "none", *paths]) == 2
    assert "does not go with --access" in capsys.readouterr().err


@pytest.mark.parametrize("bundled", [False, True], ids=["image", "bundle"])
def test_evaluate_with_an_earlier_version(images, tmp_path, capsys, bundled):
    common = ["--no-cache", "--workers", "1", "--snapshot", "none"]
    previous = images["old"]
    if bundled:
        main(["evaluate", str(previous), "--output", str(tmp_path / "old"), "--quiet", *common])
        previous = tmp_path / "old" / "bundle.assay"
    main(["evaluate", str(images["new"]), "--previous", str(previous),
          "--output", str(tmp_path / "new"), *common])  # fmt: skip
    record = json.loads((tmp_path / "new" / "access.json").read_text())
    sections = {one["name"]: one for one in record["sections"]}
    assert "since " in capsys.readouterr().out
    assert (tmp_path / "new" / "access.html").exists()
    assert [one["what"] for one in sections["rights"]["entries"]] == ["/bin/tool"]
    if bundled:
        assert "holds what tests found" in sections["programs"]["note"]
    else:
        assert any("zz-diag-41" in one["what"] for one in sections["programs"]["entries"])


def test_a_previous_version_that_is_not_there(images, tmp_path, capsys):
    missing = str(tmp_path / "nothing.bin")
    assert main(["evaluate", str(images["new"]), "--previous", missing, "--no-cache"]) == 2
    assert "does not exist" in capsys.readouterr().err
