"""Two inputs in one pass: what both hold alike is counted and left out, and nothing else is."""

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from assay.gather.gather import gather
from assay.gather.jobs import Source
from assay.gather.together import Stored, gather_both
from assay.model.tree import Piece
from assay.unpack.limits import Limits
from assay.unpack.opening import Chunk
from assay.unpack.sink import Entry

SQUASHFS = Path(__file__).parents[1] / "unpack/formats/filesystems/data/squashfs"
FILES = {"etc/a": b"one", "etc/b": b"two" * 900, "e.tgz": b"", "bin/c": bytes(range(256))}


def tar(files, modes=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), (modes or {}).get(name, 0o644)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def both(tmp_path):
    def run(first, second, **options):
        paths = tmp_path / "first", tmp_path / "second"
        for path, content in zip(paths, (first, second), strict=True):
            path.write_bytes(content)
        store = tmp_path / "store"
        store.mkdir(exist_ok=True)
        return gather_both(*paths, store=store, keep=lambda node: node.kind == "file", **options)

    return run


def files(taken):
    return [node.path.rpartition("//")[2] for node in taken[1].nodes if node.kind == "file"]


def test_files_stored_alike_are_counted_and_left_out(both):
    one, two, alike = both(tar(FILES), tar(FILES | {"etc/a": b"ONE", "new": b"x"}))
    assert files(one) == ["etc/a"]
    assert files(two) == ["etc/a", "new"]
    assert (alike.files, alike.size) == (3, 2700 + 256)


def test_the_rest_is_what_a_pass_of_its_own_finds(both, tmp_path):
    inner = tar({"x": b"deep", "y": b"same"})
    packed = gzip.compress(tar(FILES | {"e.tgz": gzip.compress(inner)}), mtime=0)
    first = b"filling!" * 32 + packed
    changed = gzip.compress(tar({"x": b"DEEP", "y": b"same"}), mtime=0)
    second = b"padding!" * 64 + gzip.compress(tar(FILES | {"e.tgz": changed}), mtime=0)
    one, two, alike = both(first, second)
    assert files(one) == files(two) == ["e.tgz", "x"]
    assert alike.files == 4
    alone = gather(tmp_path / "second", examine=False)[1]
    whole = {node.path: node for node in alone.nodes}
    assert all(whole[node.path] == node for node in two[1].nodes)
    assert two[1].containers == alone.containers


def test_another_right_or_owner_is_never_left_out(both):
    one, two, alike = both(tar(FILES), tar(FILES, {"bin/c": 0o4755}))
    assert files(one) == files(two) == ["bin/c"]
    assert alike.files == 3


@pytest.mark.parametrize("workers", [1, 3])
def test_one_tree_under_other_compressors_is_alike_by_digest(both, workers):
    images = [(SQUASHFS / f"v4-{name}.squashfs").read_bytes() for name in ("gzip", "xz")]
    one, two, alike = both(*images, workers=workers)
    assert alike.files > 0
    alone = {side[0].sha256: None for side in (one, two)}
    assert len(alone) == 2
    left = [{node.inner for node in side[1].nodes if node.kind == "file"} for side in (one, two)]
    assert left[0] == left[1]


def test_past_a_limit_both_are_read_one_by_one(both):
    one, two, alike = both(
        tar(FILES), tar(FILES | {"etc/b": b"2" * 2700}), limits=Limits(total=2000)
    )
    assert alike.files == 0
    assert any(problem.kind == "limit" for problem in one[1].problems)
    assert any(problem.kind == "limit" for problem in two[1].problems)


def test_the_same_image_twice_leaves_nothing(both):
    one, two, alike = both(tar(FILES), tar(FILES))
    assert one[0] == two[0]
    assert files(one) == files(two) == []
    assert alike.files == len(FILES)


def entry(name, *pieces, size=100, **fields):
    return Entry(path=name, kind="file", offset=0, length=0, size=size, pieces=pieces, **fields)


def chunk(*entries):
    return Chunk(format="f", start=0, end=0, regions=(), entries=entries)


def alike(tmp_path, left, right, first, second):
    sources = []
    for name, content in (("l", left), ("r", right)):
        (tmp_path / name).write_bytes(content)
        sources.append(Source(file=str(tmp_path / name), offset=0, size=len(content)))
    return list(Stored(*sources).alike(chunk(first), chunk(second)))


WHOLE = Piece(at=0, size=50, codec="zlib", length=100)


def shared(at, skip):
    return Piece(at=at, size=50, codec="zlib", length=4096, skip=skip, take=100)


def test_another_recipe_of_the_same_bytes_is_another_content(tmp_path):
    data = bytes(100)
    assert alike(tmp_path, data, data, entry("a", WHOLE), entry("a", WHOLE)) == [("a", 100, True)]
    for change in ({"codec": "xz"}, {"length": 101}, {"size": 49}):
        piece = Piece(**{"at": 0, "size": 50, "codec": "zlib", "length": 100, **change})
        assert alike(tmp_path, data, data, entry("a", WHOLE), entry("a", piece)) == []


def test_a_part_of_a_changed_block_may_be_alike(tmp_path):
    data, other = bytes(100), bytes(50) + b"x" * 50
    first, second = entry("a", shared(50, 0)), entry("a", shared(50, 7))
    assert alike(tmp_path, data, other, first, second) == [("a", 100, False)]
    assert alike(tmp_path, data, data, first, second) == [("a", 100, False)]
    assert alike(tmp_path, data, data, first, first) == [("a", 100, True)]


def test_recipes_that_leave_the_container_are_not_alike(tmp_path):
    far = Piece(at=90, size=50, codec="raw", length=50)
    assert alike(tmp_path, bytes(100), bytes(100), entry("a", far), entry("a", far)) == []


def test_comparing_one_block_over_and_over_has_an_end(tmp_path):
    data = bytes(1000)
    pieces = [Piece(at=at, size=900, codec="raw", length=900) for at in range(20)]
    first = entry("a", *pieces, size=18_000)
    assert alike(tmp_path, data, data, first, first) == []


@pytest.fixture
def trees(tmp_path):
    def make(name, files):
        for path, content in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return tmp_path / name

    def run(first, second, **options):
        paths = make("one", first), make("two", second)
        store = tmp_path / "store"
        store.mkdir(exist_ok=True)
        return gather_both(*paths, store=store, keep=lambda node: node.kind == "file", **options)

    return run


def content(kept):
    with Path(kept.file).open("rb") as file:
        file.seek(kept.offset)
        return file.read(kept.size)


@pytest.mark.parametrize("workers", [1, 3])
def test_folders_are_read_once_where_they_are_alike(trees, tmp_path, workers):
    nested = gzip.compress(tar(FILES), mtime=0)
    other = gzip.compress(tar(FILES | {"etc/a": b"ONE"}), mtime=0)
    files_one = FILES | {"same.tgz": nested, "e.tgz": nested, "gone": b"1", "long": b"1234"}
    files_two = FILES | {"same.tgz": nested, "e.tgz": other, "new": b"2", "long": b"123"}
    one, two, alike = trees(files_one, files_two, workers=workers)
    assert files(one) == ["e.tgz", "etc/a", "gone", "long"]
    assert files(two) == ["e.tgz", "etc/a", "long", "new"]
    assert alike.files == 3 + 1 + 3
    assert alike.size == 3 + 2700 + 256 + len(nested) + 2700 + 256
    for taken, name in ((one, "one"), (two, "two")):
        alone = gather(tmp_path / name, examine=False)
        assert taken[0] == alone[0]
        whole = {node.path: node for node in alone[1].nodes}
        assert all(whole[node.path] == node for node in taken[1].nodes)
        for node in taken[1].nodes:
            if node.kind == "file":
                assert hashlib.sha256(content(taken[1].kept[node.blob])).hexdigest() == node.blob


def test_rights_links_and_the_last_byte_are_told_in_folders(trees, tmp_path):
    long = bytes(3 << 20)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "one" / "link").symlink_to("bin")
    (tmp_path / "two" / "link").write_bytes(b"bin")
    for name, mode in (("one", 0o755), ("two", 0o4755)):
        (tmp_path / name / "su").write_bytes(b"su")
        (tmp_path / name / "su").chmod(mode)
    one, two, alike = trees({"long": long, "bin": b"x"}, {"long": long[:-1] + b"!", "bin": b"x"})
    assert alike.files == 1
    assert files(one) == ["long", "su"]
    assert files(two) == ["link", "long", "su"]


def test_a_folder_that_holds_too_much_is_gathered_alone(trees):
    many = {f"{number}": bytes([number]) for number in range(8)}
    one, two, alike = trees(many | {"9": b"a"}, many | {"9": b"b"}, limits=Limits(files=0))
    assert alike.files == 0
    assert [problem.kind for problem in one[1].problems + two[1].problems] == ["limit"] * 2


def test_what_is_kept_of_files_is_their_content(both):
    packed = gzip.compress(tar({"x": b"deep" * 9, "y": b"same"}), mtime=0)
    squashed = (SQUASHFS / "v4-xz.squashfs").read_bytes()
    one, two, _ = both(tar(FILES | {"e.tgz": packed}) + squashed, squashed)
    for _, found in (one, two):
        blobs = {node.blob for node in found.nodes if node.kind == "file"}
        assert blobs == found.kept.keys() & blobs
        for blob in blobs:
            assert hashlib.sha256(content(found.kept[blob])).hexdigest() == blob
    assert any(kept.file.endswith(".pack") for kept in one[1].kept.values())
