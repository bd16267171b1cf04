"""A project is built twice in the sandbox and compared with what an image holds."""

import hashlib
import shutil
from pathlib import Path

import pytest

from assay._kernel.sandbox import Bounds, choice
from assay.errors import UnreadableInput, UsageError
from assay.rebuild import rebuilding as module
from assay.rebuild.bundle import contradictions
from assay.rebuild.rebuilding import Conditions, rebuild
from assay.rebuild.recipe import parse

BUILD = "cc -O2 -o gate gate.c && cp gate gate.symbols && strip gate"
pytestmark = pytest.mark.usefixtures("sandboxed")


@pytest.fixture
def conditions(project):
    return Conditions(sources=(project.sources,), workers=1)


def test_a_genuine_program_reproduces(project, genuine, conditions):
    result = rebuild([project.recipe()], genuine, conditions)
    (part,) = result.parts
    assert (result.level, part.state, part.level) == ("E0", "reproduces", "E0")
    assert result.reason == "1 of 1 file reproduces."
    assert part.built == hashlib.sha256((genuine / "usr/sbin/gate").read_bytes()).hexdigest()
    assert result.recipes[0].repeats
    assert not list(contradictions(result))


def test_an_altered_program_differs_and_the_function_is_named(project, altered, conditions):
    result = rebuild([project.recipe()], altered, conditions)
    (part,) = result.parts
    assert (result.level, part.state) == ("D", "differs")
    assert "0 of 1 file reproduces; 1 differs" in result.reason
    assert any("0x5a" in line or "90" in line for one in part.changes for line in one.lines)
    assert result.recipes[0].repeats
    assert {"main", "admitted"} & {one.name for one in part.changes}
    assert "main (0x" in part.reason or "admitted (0x" in part.reason


def test_both_builds_give_the_same_result_again(project, altered, conditions):
    results = [rebuild([project.recipe()], altered, conditions) for _ in range(2)]
    assert results[0] == results[1]


def test_a_build_that_takes_its_folder_in_does_not_repeat(project, genuine, conditions):
    command = """cc -O2 -DHERE="\\"$PWD\\"" -include stdio.h -o gate gate.c && pwd >> gate"""
    result = rebuild([project.recipe(command=command)], genuine, conditions)
    (run,) = result.recipes
    assert not run.repeats
    assert result.parts[0].level != "D"
    assert any("does not give the same files" in note for note in result.notes)


def test_who_meets_a_difference_is_said(project, altered, conditions, tmp_path):
    shutil.copytree(altered, tmp_path / "root")
    (tmp_path / "root/usr/sbin/gate").chmod(0o4755)
    (part,) = rebuild([project.recipe()], tmp_path / "root", conditions).parts
    assert "runs with the rights of its owner" in part.changes[0].reach


SHOWN = {
    "path": "pwd", "user": "id -u; echo $USER", "hostname": "uname -n", "timezone": "echo $TZ",
    "umask": "umask", "jobs": "echo $JOBS", "locale": "echo $LC_ALL",
}  # fmt: skip


def several(project, hold):
    """Return a recipe that writes what it sees of each variable into a file of its own."""
    text = project.text(more=f"hold = {hold}").replace(
        f"commands = [{BUILD!r}]",
        f"commands = {[f'({command}) > {name}' for name, command in SHOWN.items()]}",
    )
    outputs = [f'[[output]]\nfile = "{name}"\nimage = "/etc/{name}"\n' for name in SHOWN]
    return parse((text[: text.index("[[output]]")] + "".join(outputs)).encode(), "several")


def test_what_is_varied_reaches_the_build_and_what_is_held_does_not(project, genuine, conditions):
    for hold in ([], list(SHOWN)):
        (run,) = rebuild([several(project, hold)], genuine, conditions).recipes
        same = {one.output.file for one in run.made if one.first == one.second}
        assert same == set(hold)
        found = {one.output.file for one in run.made if one.output.file in one.holds}
        assert found == (set() if hold else {"path", "user", "hostname", "locale"})


def test_a_failed_build_is_inconclusive_and_its_end_is_shown(project, genuine, conditions):
    recipe = project.recipe(command="echo about to fail; exit 3")
    result = rebuild([recipe], genuine, conditions)
    (run,) = result.recipes
    assert result.level == "I"
    assert result.parts[0].state == "not-built"
    assert run.builds[0].commands[-1].code == 3
    assert run.builds[0].log == ("about to fail",)


def test_a_build_that_does_not_end_is_stopped(project, genuine, conditions):
    bounds = Bounds(seconds=1)
    stopped = Conditions(sources=conditions.sources, workers=1, bounds=bounds)
    result = rebuild([project.recipe(command="sleep 300")], genuine, stopped)
    assert result.recipes[0].builds[0].commands[-1].stopped == "time"
    assert result.level == "I"


def test_the_program_of_a_tool_is_recorded(project, genuine, conditions):
    (tool,) = rebuild([project.recipe()], genuine, conditions).recipes[0].tools
    assert tool.as_expected
    assert tool.program == hashlib.sha256(Path(shutil.which("cc")).read_bytes()).hexdigest()


def test_a_toolchain_of_the_users_own_comes_first(project, genuine, conditions, tmp_path):
    (tmp_path / "own/bin").mkdir(parents=True)
    (tmp_path / "own/bin/cc").write_text("#!/bin/sh\necho my own compiler 7\n")
    (tmp_path / "own/bin/cc").chmod(0o755)
    own = Conditions(sources=conditions.sources, workers=1, toolchains=(tmp_path / "own",))
    (tool,) = rebuild([project.recipe(expect="compiler 7")], genuine, own).recipes[0].tools
    assert (tool.says, tool.as_expected) == ("my own compiler 7", True)


def test_another_tool_makes_a_difference_undecided(project, altered, conditions):
    result = rebuild([project.recipe(expect="no such release")], altered, conditions)
    assert (result.level, result.parts[0].state) == ("I", "undecided")
    assert "other tools than the recipe names" in result.parts[0].reason
    assert not result.recipes[0].tools[0].as_expected


def test_an_output_that_leads_outside_is_none(project, genuine, conditions):
    result = rebuild([project.recipe(command="ln -s /etc/passwd gate")], genuine, conditions)
    assert result.parts[0].state == "not-built"


def test_a_loop_of_links_is_no_output(project, genuine, conditions):
    result = rebuild([project.recipe(command="ln -s gate gate")], genuine, conditions)
    assert result.parts[0].state == "not-built"


def test_a_file_that_the_image_lacks_is_said(project, conditions, tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/motd").write_text("hello\n")
    result = rebuild([project.recipe()], tmp_path, conditions)
    assert (result.level, result.parts[0].state) == ("I", "absent")
    assert "none of the files" in result.reason
    assert not list(contradictions(result))


def test_a_source_that_is_missing_or_altered_stops_it(project, genuine, tmp_path):
    with pytest.raises(UnreadableInput):
        rebuild([project.recipe()], genuine, Conditions(sources=(tmp_path,)))
    (tmp_path / "gate-1.0.tar.gz").write_bytes(b"other")
    with pytest.raises(UsageError, match="not the source"):
        rebuild([project.recipe()], genuine, Conditions(sources=(tmp_path,)))


def test_without_a_sandbox_nothing_runs_unless_it_is_meant(
    project, genuine, conditions, monkeypatch
):
    monkeypatch.setattr(module, "choose", lambda: None)
    with pytest.raises(UsageError, match="no sandbox"):
        rebuild([project.recipe()], genuine, conditions)
    meant = Conditions(sources=conditions.sources, unsandboxed=True, workers=1)
    result = rebuild([project.recipe()], genuine, meant)
    assert (result.sandbox, result.level) == ("none", "E0")
    assert any("There was no sandbox" in note for note in result.notes)


@pytest.mark.parametrize("name", ["bubblewrap", "namespaces"])
def test_each_sandbox_gives_the_same_files(project, genuine, conditions, monkeypatch, name):
    found = choice.choose((name,))
    if found is None:
        pytest.skip(f"{name} does not work on this host")
    monkeypatch.setattr(module, "choose", lambda: found)
    result = rebuild([project.recipe()], genuine, conditions)
    assert (result.sandbox, result.level) == (name, "E0")


def test_logs_and_built_files_are_kept(project, genuine, conditions, tmp_path):
    kept = Conditions(sources=conditions.sources, workers=1, keep=tmp_path / "out")
    rebuild([project.recipe()], genuine, kept)
    first, second = (tmp_path / "out" / f"gate-build-{number}" for number in (1, 2))
    assert "cc -O2" in (first / "build.log").read_text()
    assert (first / "files/gate").read_bytes() == (second / "files/gate").read_bytes()
    shutil.rmtree(tmp_path / "out")
