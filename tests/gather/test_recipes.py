"""Contents are known by how they are stored: a filled cache saves decoding and changes nothing."""

import io
import random
import sqlite3
import zipfile

import msgspec
import pytest

from assay._kernel import canonical
from assay._kernel.cache import Cache
from assay.gather import gather as module, worker
from assay.gather.gather import gather
from assay.gather.jobs import Configuration, Item, Job, Source
from assay.gather.recipes import Recipes
from assay.inventory.examiner import Examination
from assay.model.tree import Piece
from assay.unpack.limits import Limits
from assay.unpack.sink import Entry
from assay.unpack.view import View

WORDS = ["admin:x:0:0::/root:/bin/sh", "password=hunter2", "#!/bin/sh", "telnetd -l /bin/sh &"]


def text(number):
    chosen = random.Random(number)
    return "\n".join(chosen.choice(WORDS) + str(chosen.random()) for _ in range(60)).encode()


def zipped(tmp_path, files, name="image.zip"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    place = tmp_path / name
    place.write_bytes(out.getvalue())
    return place


def told(found):
    facts = {digest: dict(sorted(kinds.items())) for digest, kinds in sorted(found.facts.items())}
    nodes = canonical.encode([found.nodes, found.containers, found.problems])
    return facts, dict(sorted(found.sizes.items())), nodes


FILES = {f"etc/file{number}": text(number) for number in range(30)}


@pytest.fixture
def decoded(monkeypatch):
    """Return the list of what is decoded; workers are asked in this process."""
    found = []
    read = worker.Contents.read
    monkeypatch.setattr(
        worker.Contents, "read", lambda self, pieces: found.append(pieces) or read(self, pieces)
    )
    return found


def answers(image, cache, entries, **limits):
    """Return what a worker with *cache* says of *entries* of the file *image*."""
    configuration = Configuration(
        limits=tuple(sorted(msgspec.structs.asdict(Limits(**limits)).items())),
        scratch=str(image.parent), store="", cache=str(cache.file.parent), tool="t",
    )  # fmt: skip
    items = tuple(
        Item(number=number, inner=f"/{entry.path}", entry=entry)
        for number, entry in enumerate(entries)
    )
    source = Source(file=str(image), offset=0, size=image.stat().st_size)
    return worker.Worker(configuration).run(Job(source=source, items=items))


def entries_of(image):
    with zipfile.ZipFile(image) as archive:
        for one in archive.infolist():
            at = one.header_offset + 30 + len(one.filename)
            piece = Piece(at=at, size=one.compress_size, codec="deflate", length=one.file_size)
            yield Entry(path=one.filename, kind="file", offset=at, length=one.compress_size,
                        size=one.file_size, pieces=(piece,))  # fmt: skip


def remembered(cache, done):
    encode = msgspec.msgpack.encode
    cache.put("facts", [(one.key, encode(Examination(one.facts, one.failures)))
                        for one in done if one.key])  # fmt: skip
    cache.put("contents", [(one.recipe, one.sha256.encode()) for one in done if one.recipe])


def plain(done):
    return [msgspec.structs.replace(one, key="", recipe="") for one in done]


def test_what_is_known_is_not_decoded(tmp_path, decoded):
    image, cache = zipped(tmp_path, FILES), Cache(tmp_path / "cache")
    entries = list(entries_of(image))
    first = answers(image, cache, entries)
    assert len(decoded) == 30
    assert all(one.recipe and one.key for one in first)
    remembered(cache, first)
    decoded.clear()
    second = answers(image, cache, entries)
    assert decoded == []
    assert plain(second) == plain(first)
    assert not any(one.key or one.recipe for one in second)


def test_the_same_bytes_are_known_in_another_place_and_others_are_not(tmp_path, decoded):
    image, cache = zipped(tmp_path, FILES), Cache(tmp_path / "cache")
    remembered(cache, answers(image, cache, list(entries_of(image))))
    decoded.clear()
    changed = dict(sorted(FILES.items(), reverse=True)) | {"etc/file7": text(99)}
    other = zipped(tmp_path, changed, "other.zip")
    found = answers(other, cache, list(entries_of(other)))
    assert len(decoded) == 1
    nothing = Cache(tmp_path / "nothing")
    assert plain(found) == plain(answers(other, nothing, list(entries_of(other))))


def test_other_limits_and_other_tools_ask_again(tmp_path, decoded):
    image, cache = zipped(tmp_path, FILES), Cache(tmp_path / "cache")
    entries = list(entries_of(image))
    remembered(cache, answers(image, cache, entries))
    decoded.clear()
    small = answers(image, cache, entries, file=100)
    assert len(decoded) == 30
    assert all(one.sha256 is None and one.problems for one in small)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET value = CAST('x' AS BLOB) WHERE space = 'contents'",
        "UPDATE entries SET value = 7 WHERE space = 'contents'",
        "UPDATE entries SET proof = value",
        (
            "UPDATE entries SET value = (SELECT max(value) FROM entries WHERE space = 'contents')"
            " WHERE space = 'contents'"
        ),
        "DELETE FROM entries WHERE space = 'facts'",
        "DELETE FROM entries WHERE key < 'd'",
        "DROP TABLE entries",
        "ALTER TABLE entries DROP COLUMN size",
    ],
)
def test_a_damaged_cache_changes_no_result(tmp_path, damage):
    image = zipped(tmp_path, FILES)
    _, reference = gather(image, workers=1)
    cache = Cache(tmp_path / "cache")
    gather(image, workers=1, cache=cache)
    assert {usage.space for usage in cache.usage()} == {"contents", "facts"}
    cache.close()
    with sqlite3.connect(cache.file) as connection:
        connection.execute(damage)
    for _ in range(2):
        _, found = gather(image, workers=2, cache=Cache(tmp_path / "cache"))
        assert told(found) == told(reference)


def test_what_is_kept_while_workers_are_busy_is_all_that_is_kept_at_the_end(tmp_path, monkeypatch):
    image = zipped(tmp_path, {f"etc/file{number}": text(number) for number in range(130)})
    held, results = [], []
    for enough in (1, 60, 1 << 30):
        monkeypatch.setattr(module, "ENOUGH", enough)
        cache, puts = Cache(tmp_path / str(enough)), []
        put = cache.put
        monkeypatch.setattr(
            cache, "put", lambda *what, puts=puts, put=put: puts.append(what) or put(*what)
        )
        found = gather(image, workers=2, cache=cache)[1]
        assert not found.fresh
        assert not found.contents
        assert len(puts) > 2 or enough > 800
        results.append(told(found))
        cache.close()
        with sqlite3.connect(cache.file) as connection:
            held.append(connection.execute("SELECT * FROM entries ORDER BY key").fetchall())
    assert len(held[0]) == 260
    assert held[0] == held[1] == held[2]
    assert results[0] == results[1] == results[2]


def test_a_damaged_facts_entry_is_computed_from_the_bytes(tmp_path, decoded):
    image, cache = zipped(tmp_path, FILES), Cache(tmp_path / "cache")
    entries = list(entries_of(image))
    first = answers(image, cache, entries)
    remembered(cache, first)
    cache.put("facts", [(first[3].key, b"no facts at all")])
    decoded.clear()
    again = answers(image, cache, entries)
    assert len(decoded) == 1
    assert plain(again) == plain(first)
    assert again[3].key == first[3].key


def test_a_file_with_more_in_it_and_a_damaged_one_are_always_read(tmp_path, decoded):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("deeper", "content")
    image = zipped(tmp_path, {"a.zip": inner.getvalue(), "b": text(1), "c": text(2)})
    entries = list(entries_of(image))
    broken = msgspec.structs.replace(entries[2], size=entries[2].size + 1)
    cache = Cache(tmp_path / "cache")
    for _ in range(2):
        done = answers(image, cache, [*entries[:2], broken])
        assert done[0].opened is not None
        assert done[0].opened.chunks
        assert done[2].sha256 is None
        assert done[2].problems
        assert not done[0].recipe
        assert not done[2].recipe
        remembered(cache, done)
    assert len(decoded) == 5


def view_of(size):
    return View(random.Random(5).randbytes(size))


def entry(*pieces, size=1000):
    return Entry(path="a", kind="file", offset=0, length=0, size=size, pieces=pieces)


def test_a_name_says_all_that_decoding_depends_on():
    view = view_of(4000)
    first = Piece(at=0, size=500, codec="lzma", length=1000)
    other = Piece(at=500, size=500, codec="lzma", length=1000)
    cases = [
        entry(first),
        entry(other),
        entry(first, other),
        entry(other, first),
        entry(first, first),
        entry(msgspec.structs.replace(first, codec="zlib")),
        entry(msgspec.structs.replace(first, length=999)),
        entry(msgspec.structs.replace(first, skip=1, take=9)),
        entry(msgspec.structs.replace(first, take=9)),
        entry(msgspec.structs.replace(first, size=499)),
        entry(first, size=1001),
        entry(first, Piece(at=0, size=0, codec="hole", length=1000)),
    ]
    items = [Item(number=0, inner="", entry=one) for one in cases]
    names = [Recipes(view, "now", items).name(one) for one in cases]
    assert len(set(names)) == len(cases)
    assert all(names)
    assert Recipes(view, "then", items).name(cases[0]) != names[0]
    moved = View(bytes(7) + bytes(view.data))
    shifted = entry(msgspec.structs.replace(first, at=7))
    assert Recipes(moved, "now", items).name(shifted) == names[0]


def test_nothing_is_named_that_lies_outside_or_costs_nothing_to_read():
    view = view_of(100)
    recipes = Recipes(view, "now", ())
    assert recipes.name(entry(Piece(at=0, size=50, codec="raw", length=50))) == ""
    assert recipes.name(entry(Piece(at=0, size=0, codec="hole", length=50))) == ""
    for at, size in ((90, 20), (-1, 5), (5, -1), (1 << 70, 1)):
        assert recipes.name(entry(Piece(at=at, size=size, codec="zlib", length=50))) == ""
    assert recipes.name(entry()) == ""


def test_what_is_digested_is_bounded_by_what_the_job_yields():
    view = view_of(1 << 20)
    pieces = [Piece(at=at, size=1 << 19, codec="zlib", length=10) for at in range(100)]
    items = [Item(number=at, inner="", entry=entry(one, size=10)) for at, one in enumerate(pieces)]
    recipes = Recipes(view, "now", items)
    assert sum(bool(recipes.name(one.entry)) for one in items) <= 8
