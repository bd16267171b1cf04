"""Two versions of a small root file system, from their bytes to the answer, text and page."""

import hashlib
import io
import json
import tarfile
from html.parser import HTMLParser

import pytest

from assay.cli import main
from assay.compare.report import versions_html, versions_text
from assay.compare.versions import compare_versions

OLD = {
    "etc/passwd": (b"root:*:0:0:root:/root:/bin/sh\n", 0o644),
    "etc/inittab": (b"::sysinit:/etc/init.d/rcS\n", 0o644),
    "etc/init.d/rcS": (b"#!/bin/sh\nhttpd -p 80\n", 0o755),
    "etc/plain.conf": (b"server=http://updates.vendor.net/a\n", 0o644),
    "bin/tool": (b"#!/bin/sh\necho tool of the old version, long enough to be a file\n", 0o755),
}
NEW = {
    **{name: held for name, held in OLD.items() if name != "etc/plain.conf"},
    "etc/passwd": (b"root::0:0:root:/root:/bin/sh\n", 0o644),
    "etc/init.d/rcS": (b"#!/bin/sh\nhttpd -p 80\ntelnetd -l /bin/sh &\n", 0o755),
    "etc/new.conf": (b"server=http://other.vendor.net/a\n", 0o644),
    "bin/tool": (OLD["bin/tool"][0], 0o4755),
    "bin/<script>alert(1)</script>": (b"#!/bin/sh\necho hello\n", 0o755),
}


def tar(path, files):
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, (content, mode) in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("versions")
    return tar(folder / "old.tar", OLD), tar(folder / "new.tar", NEW)


@pytest.fixture(scope="module")
def view(pair):
    return compare_versions(*pair, workers=1, snapshot="none")


def entries(view, name):
    section = next(one for one in view.sections if one.name == name)
    return [(one.change, one.weight, one.what) for one in section.entries]


def test_the_order_of_the_sections(view):
    assert [one.name for one in view.sections][:3] == ["ways-in", "findings", "flaws"]


def test_findings_services_accounts_and_files(view):
    section = next(one for one in view.sections if one.name == "findings")
    empty = [one for one in section.entries if "[accounts.empty-password]" in one.where]
    assert [(one.change, one.weight) for one in empty] == [("new", "worse")]
    assert ("new", "worse", "telnetd (telnet)") in entries(view, "services")
    assert entries(view, "accounts") == [("changed", "worse", "root")]
    assert ("changed", "worse", "/bin/tool") in entries(view, "files")


def test_hosts_that_came_and_went(view):
    assert entries(view, "endpoints") == [
        ("new", "neutral", "other.vendor.net (http)"),
        ("gone", "neutral", "updates.vendor.net (http)"),
    ]


def test_the_answer_names_what_got_worse_and_what_is_open(view):
    assert view.answer.line.startswith("Worse: ")
    assert any("service" in line for line in view.answer.worse)
    assert any("advisories" in line for line in view.answer.unclear)


def test_a_version_and_itself(pair):
    same = compare_versions(pair[0], pair[0], workers=1, snapshot="none")
    assert not same.answer.worse
    assert not same.answer.better
    assert not any(section.entries for section in same.sections)


def test_swapped_sides_swap_the_weights(pair, view):
    back = compare_versions(pair[1], pair[0], workers=1, snapshot="none")
    swapped = {"worse": "better", "better": "worse", "neutral": "neutral", "unknown": "unknown"}
    for name in ("services", "accounts", "files"):
        forth = sorted((swapped[weight], what) for _, weight, what in entries(view, name))
        assert sorted((weight, what) for _, weight, what in entries(back, name)) == forth


def test_nothing_is_better_because_it_cannot_be_read(pair, tmp_path):
    sealed = tmp_path / "sealed.bin"
    block = b"".join(hashlib.sha256(bytes([n, m])).digest() for n in range(64) for m in range(64))
    sealed.write_bytes(block)
    view = compare_versions(pair[1], sealed, workers=1, snapshot="none")
    assert not view.answer.better
    assert any("service" in line for line in view.answer.unclear)
    assert any("no file was found in the new version" in line for line in view.answer.unclear)
    back = compare_versions(sealed, pair[1], workers=1, snapshot="none")
    assert not back.answer.worse
    assert back.answer.unclear


def test_the_text_has_the_answer_first(view):
    text = versions_text.render(view, "old.tar", "new.tar")
    assert text.startswith(view.answer.line)
    assert "telnetd (telnet)" in text


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        assert not any(name.startswith("on") for name, _ in attrs)
        self.seen.append(tag)


def test_the_page_escapes_names_and_has_no_scripts(view):
    page = versions_html.render(view, "<b>old", "new").decode()
    tags = _Tags()
    tags.feed(page)
    assert "script" not in tags.seen
    assert "b" not in tags.seen
    assert "&lt;script&gt;alert(1)" in page
    assert "src=" not in page


def test_the_command(pair, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    old, new = map(str, pair)
    options = ["--versions", "--workers", "1", "--quiet", "--snapshot", "none"]
    assert main(["compare", old, new, *options, "--output", str(tmp_path / "out"), "--json"]) == 1
    first = capsys.readouterr().out
    assert json.loads(first)["answer"]["worse"]
    assert (tmp_path / "out" / "versions.html").read_bytes().startswith(b"<!DOCTYPE html>")
    assert main(["compare", old, new, *options, "--json"]) == 1  # from the cache
    assert capsys.readouterr().out == first


def test_options_of_the_view_alone_are_refused(pair, capsys):
    assert main(["compare", str(pair[0]), str(pair[1]), "--profile", "x"]) == 2
    assert "--versions" in capsys.readouterr().err


def test_the_view_is_not_signed(pair, capsys):
    assert main(["compare", "--versions", str(pair[0]), str(pair[1]), "--key", "k"]) == 2
    assert "not signed" in capsys.readouterr().err


def test_a_real_update_reads_well(corpus):
    images = corpus / "images"
    names = [f"netgear-wnr2000v5-1.0.0.{number}.img" for number in ("72", "74")]
    if not all((images / name).is_file() for name in names):
        pytest.skip("these images are not in the corpus")
    view = compare_versions(*(images / name for name in names), snapshot="none")
    sections = {one.name: one for one in view.sections}
    for name in ("services", "accounts", "components"):
        assert not sections[name].entries
        assert sections[name].same
    for name in ("ways-in", "findings"):  # programs were built anew: addresses in them moved
        assert sections[name].same > 5 * len(sections[name].entries)
    assert "1006 the same, 71 changed, 0 new, 1 gone" in sections["files"].summary
