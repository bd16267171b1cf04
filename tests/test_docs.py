"""The documentation: made from the source where it can be, and whole where it is written."""

import importlib.util
import re
import struct
import subprocess
import sys
import tomllib
import zlib
from pathlib import Path

import msgspec
import pytest

from assay import cli
from assay.checks.check import Scope
from assay.checks.runner import checks, run_checks
from assay.inventory.image import Inventory
from assay.judge import profile
from assay.model.result import Coverage, Evaluation, Subject, Tool
from assay.model.tree import Node, Origin
from assay.unpack.registry import formats

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
IGNORED = {".git", ".venv", "node_modules", "build", "dist"}
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part in IGNORED or part.startswith(".") for part in path.relative_to(ROOT).parts)
)
RUN = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/assay evaluate "
SET_UP = (
    f"{RUN}examples/edge-router.bin",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest",
)


def load(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MADE = load("make_reference").pages()


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_reference_says_what_the_source_declares(name):
    committed = (REFERENCE / name).read_text("utf-8") if (REFERENCE / name).is_file() else ""
    assert committed == MADE[name], "run `python docs/make_reference.py` and commit docs/reference"


def test_the_reference_holds_nothing_else():
    assert sorted(path.name for path in REFERENCE.iterdir()) == sorted(MADE)


def test_check_mode_tells_a_stale_page(tmp_path, monkeypatch, capsys):
    maker = load("make_reference")
    monkeypatch.setattr(maker, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["make_reference.py"])
    assert maker.main() == 0
    monkeypatch.setattr(sys, "argv", ["make_reference.py", "--check"])
    assert maker.main() == 0
    (tmp_path / "checks.md").write_text("old", "utf-8")
    (tmp_path / "stray.md").write_text("", "utf-8")
    capsys.readouterr()
    assert maker.main() == 1
    told = capsys.readouterr().out
    assert "checks.md" in told
    assert "stray.md" in told
    assert "formats.md" not in told


def headings(name):
    return set(re.findall(r"^#+ (.+)$", (REFERENCE / name).read_text("utf-8"), re.MULTILINE))


def test_every_command_is_documented():
    listed = subprocess.run(
        [sys.executable, "-m", "assay", "--help"], capture_output=True, text=True, check=True
    ).stdout
    told = set(re.findall(r"^    ([a-z]+)(?: |$)", listed, re.MULTILINE)) & set(cli._commands())
    assert {"evaluate", "verify", "unpack", "show"} <= told
    assert {f"assay {name}" for name in told} <= headings("commands.md")
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.partition("## Commands")[2].partition("\n## ")[0]
    assert not {name for name in told if name not in re.findall(r"[a-z]+", table)}


def test_every_check_format_and_profile_is_documented():
    assert {module.CHECK.id for module in checks()} <= headings("checks.md")
    assert {module.FORMAT.name for module in formats()} <= headings("formats.md")
    assert set(profile.names()) <= headings("profiles.md")


def calls(path):
    """Return the `assay …` calls that *path* shows, in code blocks and inline."""
    text = path.read_text("utf-8")
    lines = re.findall(r"^(?:\$ |\.venv/bin/)?(assay [a-z].*)$", text, re.MULTILINE)
    return [*lines, *re.findall(r"`(assay [a-z][^`\n]*)`", text)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_prose_exist(path):
    if REFERENCE in path.parents:
        return
    shown = (REFERENCE / "commands.md").read_text("utf-8")
    sections = dict(
        re.findall(r"^## assay (\w+)$(.*?)(?=^## |\Z)", shown, re.MULTILINE | re.DOTALL)
    )
    for call in calls(path):
        command = call.split()[1].rstrip(",")
        assert command in sections, call
        options = re.findall(r"(?<=\s)--[a-z][a-z-]*", call)
        assert not [one for one in options if one != "--help" and one not in sections[command]]


@pytest.mark.parametrize("command", SET_UP)
def test_the_readme_sets_up_in_one_line(command):
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert command in lines


def test_the_readme_shows_the_real_output():
    done = subprocess.run(
        [sys.executable, str(DOCS / "make_example.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def prose(path):
    """Return the text of *path* without code blocks and inline code, which hold no links."""
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(path):
    found = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in found)
    return {word.strip().replace(" ", "-") for word in words}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


def test_the_index_names_every_page():
    index = (DOCS / "README.md").read_text("utf-8")
    others = [page for page in DOCS.rglob("*.md") if page != DOCS / "README.md"]
    assert not {
        str(page.relative_to(DOCS)) for page in others if f"({page.relative_to(DOCS)})" not in index
    }


def test_the_picture_is_small():
    picture = DOCS / "images" / "report.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size <= 300_000


def test_constraints_pin_exact_versions_and_nothing_local():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!+]*", pin) for pin in pins)
    names = [re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in pins]
    assert len(names) == len(set(names))
    assert "assay" not in names


def test_every_direct_dependency_is_pinned():
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    names = {
        re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()
        for line in pins.splitlines()
        if "==" in line
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    direct = {re.match(r"[A-Za-z0-9._-]+", one).group().lower() for one in wanted}
    assert not {re.sub(r"[-_.]+", "-", name) for name in direct} - names


def modules_of(page):
    """Return the modules that *page* shows, by dotted name."""
    shown = re.findall(
        r"^`src/([\w/]+)\.py`:\n\n```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL
    )
    return {path.replace("/", "."): code for path, code in shown}


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """Return a function that imports a module as the tour shows it."""
    found = modules_of((DOCS / "tour.md").read_text("utf-8"))

    def load_shown(name):
        path = tmp_path / f"{name}.py"
        path.write_text(found[name], "utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return load_shown


def test_the_format_of_the_tour_works(shown, opened):
    module = shown("assay.unpack.formats.vendor.example")
    data = b"EXMP" + struct.pack(">II", 5, zlib.crc32(b"hello")) + b"hello"
    good = opened(module, b"--" + data + b"--", 2)
    assert good.content("payload") == b"hello"
    assert (good.extent.end, good.sink.problems) == (19, [])
    assert [one.kind for one in opened(module, data[:-1] + b"O").sink.problems] == ["damage"]


HOSTS = b"# names\n127.0.0.1 localhost\n198.51.100.7\tupdate.example.com\n\n"


@pytest.fixture
def image(shown):
    """Return an image with one hosts file, and the kind that reads it."""
    kind = shown("assay.inventory.kinds.hosts")
    facts = msgspec.msgpack.encode(kind.examine(HOSTS))
    node = Node(
        path="squashfs@0x0//etc/hosts",
        kind="file",
        origin=Origin(container="0" * 64, format="squashfs", offset=0, length=9),
        blob="1" * 64,
        size=len(HOSTS),
    )
    covered = Coverage(size=9, parsed=9, padding=0, encrypted=0, unknown=0)
    return Inventory([node], {"1" * 64: {"hosts": facts}}, [kind.KIND], covered)


def test_the_kind_of_the_tour_works(shown):
    kind = shown("assay.inventory.kinds.hosts")
    assert [entry.span.offset for entry in kind.examine(HOSTS).entries] == [8, 28]
    assert kind.examine(b"# nothing\n") is None
    assert kind.examine(b"\0\1\2") is None
    assert kind.KIND.path_expression.match("/etc/hosts")


def test_the_check_and_the_report_of_the_tour_work(shown, image):
    check = shown("assay.checks.names.fixed_address")
    (found,) = check.run(image, Scope())
    assert found.evidence[0].offset == 28
    results, problems = run_checks(image, [check])
    assert (results[0].outcome, results[0].examined, problems) == ("found", 2, [])
    evaluation = Evaluation(
        schema="", subject=Subject(sha256="2" * 64, size=9, kind="image"),
        tool=Tool(name="assay", version="0", digest="3" * 64), profile="p", profile_title="P",
        options=(), verdict="fail", coverage=image.coverage, containers=(), nodes=image.nodes,
        components=(), results=tuple(results), verdicts=(), problems=(),
    )  # fmt: skip
    rendered = shown("assay.report.lines").render(evaluation, "x.bin")
    assert rendered == (
        b"x.bin: fail\n"
        b"low      squashfs@0x0//etc/hosts:"
        b" /etc/hosts ties update.example.com to 198.51.100.7.\n"
    )


def test_every_module_that_the_tour_shows_is_tested():
    source = Path(__file__).read_text("utf-8")
    modules = modules_of((DOCS / "tour.md").read_text("utf-8"))
    assert len(modules) == 4
    assert all(f'"{name}"' in source for name in modules)


def test_the_tour_knows_every_folder():
    tour = (DOCS / "tour.md").read_text("utf-8")
    rooms = {
        path.name for path in (ROOT / "src" / "assay").iterdir() if (path / "__init__.py").is_file()
    }
    assert {name for name in rooms if f"| `{name}/` |" not in tour} == set()
