"""Lists of a package's files: absolute paths only, bounded, text only."""

from assay.inventory.kinds import package_files


def test_absolute_paths() -> None:
    facts = package_files.examine(b"/bin/busybox\n/bin/sh\nrelative\n\n")
    assert facts is not None
    assert facts.paths == ("/bin/busybox", "/bin/sh")


def test_what_is_no_list() -> None:
    for content in (b"", b"\0/x", b"just words\n"):
        assert package_files.examine(content) is None


def test_bounded() -> None:
    facts = package_files.examine(b"/a\n" * 9000 + b"/" + b"x" * 9000)
    assert facts is not None
    assert len(facts.paths) == package_files.MOST_FILES
