"""Globs say of every path what `fnmatch` says."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given, strategies as st

from assay.inventory.examiner import examiner
from assay.inventory.globs import Globs

_PIECES = st.sampled_from([
    "/", "etc", "/etc", "init.d", "rc", "rc.", "rcs", "s", "d", ".", ".sh", ".htm", "udhcpc",
    "script", "conf", "inittab", "meta-inf", "\n", "x", "node_modules", "package.json", "3",
])  # fmt: skip
_GLOBS = [
    *(module.KIND.paths for module in examiner().modules if module.KIND.paths),
    ("*",), ("/etc/passwd",), ("*/rc?.d", "[ab]*"), ("*x*", "?"), ("[x]",), (),
]  # fmt: skip


@given(st.lists(_PIECES, max_size=9).map("".join), st.sampled_from(_GLOBS))
def test_globs_match_what_fnmatch_matches(path: str, globs: tuple[str, ...]) -> None:
    assert Globs(globs).match(path) == any(fnmatchcase(path, glob) for glob in globs)


@pytest.mark.parametrize("globs", _GLOBS, ids=str)
def test_each_glob_matches_what_it_was_made_for(globs: tuple[str, ...]) -> None:
    for glob in globs:
        path = glob.replace("*", "/a b").replace("?", "q").replace("[ab]", "b").replace("[x]", "x")
        assert Globs(globs).match(path)
