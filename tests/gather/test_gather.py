"""The pass over all blobs: order, limits, crashes, bombs, nesting, directories."""

import gzip
import io
import os
import random
import struct
import tarfile
import zipfile
import zlib

import pytest

from assay._kernel import canonical
from assay._kernel.cache import Cache
from assay.errors import UnreadableInput
from assay.gather import driver, worker
from assay.gather.export import export, host_path, prepare
from assay.gather.gather import gather
from assay.model.accounting import coverage, image_map
from assay.unpack.limits import Limits


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def image(tmp_path, data, name="image.bin"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def paths(found):
    return [node.path for node in found.nodes]


FILES = {f"etc/file{number}": random.Random(number).randbytes(2000) for number in range(200)}


def test_finds_files_in_containers_in_containers(tmp_path):
    data = gzip.compress(tar_of({"a/b": b"content", "c.tgz": gzip.compress(tar_of({"d": b"x"}))}))
    _, found = gather(image(tmp_path, data))
    inner = [path for path in paths(found) if path.endswith(("//a/b", "//d"))]
    assert [path.rpartition("//")[2] for path in inner] == ["a/b", "d"]
    assert all(container.size == sum(r.length for r in container.regions)
               for container in found.containers)  # fmt: skip


def test_number_of_workers_and_cache_leave_no_trace(tmp_path):
    path = image(tmp_path, gzip.compress(tar_of(FILES)))
    cache = Cache(tmp_path / "cache")
    runs = [
        gather(path, workers=1),
        gather(path, workers=4),
        gather(path, workers=2, cache=cache),
        gather(path, workers=3, cache=cache),
    ]
    told = {
        canonical.encode([subject, found.nodes, found.containers, found.problems])
        for subject, found in runs
    }
    assert len(told) == 1
    facts = [{digest: dict(sorted(kinds.items())) for digest, kinds in sorted(found.facts.items())}
             for _, found in runs]  # fmt: skip
    assert facts[0] == facts[1] == facts[2] == facts[3]


def wrapped(payload):
    """Return a uImage around *payload*, stored as it is."""
    crc = zlib.crc32(payload)
    fields = (0x27051956, 0, 1, len(payload), 0x80000000, 0x80000000, crc, 5, 5, 2, 0, b"inner")
    head = struct.pack(">7I4B32s", *fields)
    return head[:4] + struct.pack(">I", zlib.crc32(head)) + head[8:] + payload


def everything(found):
    facts = {digest: dict(sorted(kinds.items())) for digest, kinds in sorted(found.facts.items())}
    told = canonical.encode([found.nodes, found.containers, found.problems])
    return facts, dict(sorted(found.sizes.items())), found.unread, told


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("inner", [b"no container " * 50, tar_of({"a/b": b"x", "c": b"y" * 900})])
def test_wrappers_that_are_opened_in_one_go_give_what_they_give_one_by_one(
    tmp_path, monkeypatch, levels, inner
):
    data = inner
    for _ in range(levels):
        data = wrapped(data)
    path = image(tmp_path, data)
    asked = []
    submit = driver.Driver._submit
    monkeypatch.setattr(
        driver.Driver, "_submit", lambda self, *what: asked.append(what) or submit(self, *what)
    )
    at_once, fewer = everything(gather(path, workers=2)[1]), len(asked)
    asked.clear()
    monkeypatch.setattr(driver, "MOST_ONWARD", 0)
    assert everything(gather(path, workers=2)[1]) == at_once
    assert len(asked) - fewer == min(levels, 3)
    for limits in (Limits(depth=2), Limits(containers=2), Limits(files=2), Limits(total=900)):
        with monkeypatch.context() as context:
            context.setattr(driver, "MOST_ONWARD", 3)
            onward = everything(gather(path, workers=2, limits=limits)[1])
        assert everything(gather(path, workers=2, limits=limits)[1]) == onward


def test_a_crash_in_an_inner_wrapper_costs_that_one_alone(tmp_path, monkeypatch):
    path = image(tmp_path, wrapped(wrapped(tar_of(FILES))))
    opened = worker.open_blob

    def fragile(view):
        if view.size == path.stat().st_size - 64:
            raise RuntimeError("cannot be opened")
        return opened(view)

    monkeypatch.setattr(worker, "open_blob", fragile)
    _, found = gather(path, workers=2)
    assert [problem.kind for problem in found.problems] == ["crash"]
    assert [container.path for container in found.containers] == [""]


def test_a_bomb_is_bounded(tmp_path):
    zeros = io.BytesIO()
    with gzip.GzipFile(fileobj=zeros, mode="wb", mtime=0) as stream:
        for _ in range(300):
            stream.write(bytes(1 << 20))
    _, found = gather(image(tmp_path, zeros.getvalue()), limits=Limits(stream=64 << 20))
    assert any(problem.kind == "limit" for problem in found.problems)
    assert coverage(found.containers, found.nodes).unknown > 0


def test_the_bound_on_all_files_cuts_off_the_same_in_every_run(tmp_path):
    path = image(tmp_path, tar_of(FILES))
    limits = Limits(files=50)
    runs = [gather(path, workers=workers, limits=limits) for workers in (1, 2, 4)]
    assert any(problem.kind == "limit" for problem in runs[0][1].problems)
    assert len({canonical.encode(found.nodes) for _, found in runs}) == 1
    assert 0 < len(runs[0][1].nodes) <= 60


def test_nesting_ends_at_the_limit(tmp_path):
    data = b"the innermost text"
    for _ in range(100):
        data = gzip.compress(data, mtime=0)
    _, found = gather(image(tmp_path, data))
    assert any("nested deeper" in problem.says for problem in found.problems)


def test_hostile_names_stay_data(tmp_path):
    names = ["../../etc/passwd", "/etc/shadow", "a\x1b[31m\nb", "x/./y//z"]
    _, found = gather(image(tmp_path, tar_of(dict.fromkeys(names, b"content"))))
    told = [path for path in paths(found) if not path.endswith("//")]
    assert all("\x1b" not in path and "\n" not in path for path in told)
    assert all(".." not in path.split("/") for path in told)
    assert len([node for node in found.nodes if node.kind == "file"]) == 4


def test_a_name_that_occurs_twice_is_kept_twice(tmp_path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for content in (b"one", b"two!"):
            info = tarfile.TarInfo("same")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    _, found = gather(image(tmp_path, out.getvalue()))
    assert sorted(node.size for node in found.nodes if node.kind == "file") == [3, 4]


@pytest.mark.parametrize("make", ["empty", "missing", "fifo", "folder-of-nothing"])
def test_unreadable_input_is_refused_with_advice(tmp_path, make):
    path = tmp_path / "input"
    if make == "empty":
        path.write_bytes(b"")
    elif make == "fifo":
        os.mkfifo(path)
    elif make == "folder-of-nothing":
        path = tmp_path / "missing" / "input"
    with pytest.raises(UnreadableInput) as caught:
        gather(path)
    assert caught.value.advice


def test_one_byte_and_random_data_are_accounted_for(tmp_path):
    for data in (b"\x7f", random.Random(9).randbytes(300_000)):
        subject, found = gather(image(tmp_path, data))
        total = coverage(found.containers, found.nodes)
        assert subject.size == len(data)
        assert total.unknown + total.encrypted == len(data)


def test_a_directory_is_evaluated_like_an_image(tmp_path):
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_bytes(b"root::0:0::/:/bin/sh\n")
    (root / "etc" / "loop").symlink_to("loop")
    (root / "out").symlink_to("/etc/hostname")
    with zipfile.ZipFile(root / "data.zip", "w") as archive:
        archive.writestr("inner.txt", "words " * 50)
    subject, found = gather(root)
    assert subject.kind == "directory"
    by_path = {node.path: node for node in found.nodes}
    assert by_path["out"].target == "/etc/hostname"
    assert by_path["etc/passwd"].blob
    assert by_path["data.zip//inner.txt"].blob
    again, _ = gather(root)
    assert again == subject
    (root / "etc" / "passwd").chmod(0o666)
    assert gather(root)[0].sha256 != subject.sha256


def test_export_stays_inside_its_folder(tmp_path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, target in {"evil": "../../../outside", "abs": "/etc/passwd", "ok": "a"}.items():
            info = tarfile.TarInfo(name)
            info.type = tarfile.SYMTYPE
            info.linkname = target
            archive.addfile(info)
        for name in ("evil/through", "a", "../up", "x" * 300):
            info = tarfile.TarInfo(name)
            info.size = 4
            info.mode = 0o4755
            archive.addfile(info, io.BytesIO(b"data"))
    folder = tmp_path / "out"
    store = prepare(folder)
    _, found = gather(
        image(tmp_path, out.getvalue()), store=store, keep=lambda node: node.kind == "file"
    )
    export(found.nodes, store, folder)
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "up").exists()
    written = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.read_bytes() == b"data" for path in written) == 4
    assert not any(path.stat().st_mode & 0o7000 for path in written)
    for path in folder.rglob("*"):
        assert path.resolve().is_relative_to(folder.resolve())


def test_host_paths_are_bounded(tmp_path):
    place = host_path("a//b.tgz//" + "n" * 500, tmp_path)
    assert place.relative_to(tmp_path).parts[:2] == ("a.content", "b.tgz.content")
    assert len(place.name) < 200


def test_the_map_covers_the_image_once(tmp_path):
    data = b"\xff" * 10_000 + gzip.compress(tar_of(FILES)) + b"\0" * 999
    _, found = gather(image(tmp_path, data))
    rows = image_map(found.containers, found.nodes)
    at = 0
    for row in rows:
        assert row.offset == at
        at += row.length
    assert at == len(data)


def test_raw_code_is_examined_as_the_image_itself(tmp_path):
    text = b"Linux version 2.6.31 (root@build) (gcc version 4.3.3) #1 Mon Jan 2 2012"
    _, found = gather(image(tmp_path, random.Random(8).randbytes(3000) + b"\0" * 40 + text))
    (node,) = found.nodes
    assert (node.path, node.kind) == ("image", "part")
    assert "kernel" in found.facts[node.blob]
