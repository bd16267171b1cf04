"""A tiny C project, its recipe, and image trees that play the vendor's."""

import hashlib
import io
import shutil
import subprocess
import tarfile

import pytest

from assay._kernel.sandbox import choose
from assay.rebuild import recipe

SOURCE = """\
#include <stdio.h>
#include <string.h>
int admitted(const char *word) { return strcmp(word, "open sesame") == 0; }
int main(int count, char **words) {
    if (count > 1 && admitted(words[1])) { puts("come in"); return 0; }
    puts("stay out");
    return 1;
}
"""
BUILD = "cc -O2 -o gate gate.c && cp gate gate.symbols && strip gate"
TEXT = """\
name = "gate"
version = "1.0"

[[source]]
file = "gate-1.0.tar.gz"
sha256 = "{digest}"

[[tool]]
name = "compiler"
command = "cc --version"
expect = "{expect}"

[build]
epoch = 1700000000
commands = [{command!r}]
{more}

[[output]]
file = "gate"
image = "/usr/sbin/gate"
symbols = "gate.symbols"
"""


class Project:
    """A source archive in a folder, and recipes for it."""

    def __init__(self, folder):
        self.folder = folder
        self.sources = folder / "sources"
        self.sources.mkdir()
        with tarfile.open(self.sources / "gate-1.0.tar.gz", "w:gz") as archive:
            member = tarfile.TarInfo("gate-1.0/gate.c")
            member.size, member.mtime = len(SOURCE), 1_600_000_000
            archive.addfile(member, io.BytesIO(SOURCE.encode()))
        archive = (self.sources / "gate-1.0.tar.gz").read_bytes()
        self.digest = hashlib.sha256(archive).hexdigest()

    def text(self, command=BUILD, expect=".", more=""):
        return TEXT.format(digest=self.digest, command=command, expect=expect, more=more)

    def recipe(self, **changes):
        return recipe.parse(self.text(**changes).encode(), "gate.toml")

    def image(self, name, source=SOURCE):
        """Return a tree in which the compiled *source* plays a vendor's program."""
        work, root = self.folder / f"{name}-work", self.folder / name
        work.mkdir()
        (root / "usr/sbin").mkdir(parents=True)
        (work / "gate.c").write_text(source)
        subprocess.run(["/bin/sh", "-ec", BUILD], cwd=work, check=True, capture_output=True)
        shutil.copy(work / "gate", root / "usr/sbin/gate")
        return root


@pytest.fixture(scope="session")
def sandboxed():
    if choose() is None:
        pytest.skip("this host has no sandbox: neither bubblewrap nor user namespaces")


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    if not shutil.which("cc") or not shutil.which("strip"):
        pytest.skip("this host has no C compiler")
    return Project(tmp_path_factory.mktemp("gate"))


@pytest.fixture(scope="session")
def genuine(project):
    return project.image("genuine")


@pytest.fixture(scope="session")
def altered(project):
    return project.image("altered", SOURCE.replace("== 0;", "== 0 || *word == 'Z';"))
