"""The matcher of learned fingerprints within an image."""

import pytest
from building import image_of
from learning import blob, flat, holder, piece, project, sentences, texts

from assay.identify.components import identify
from assay.identify.training.assemble import Assembly
from assay.identify.training.recipe import Recipe
from assay.inventory.fingerprints import index as module
from assay.inventory.fingerprints.choice import choose_index
from assay.inventory.fingerprints.index import encode

NAMES = [b"nr_dirty_background_threshold_%d" % place for place in range(40)]


@pytest.fixture(autouse=True)
def own_index(tmp_path):
    holders = [
        project("alpha", ["1.0", "1.1", "1.3"], units=6),
        project("beta", ["2.0", "2.1"]),
        holder("gamma", {"1": [piece("gammad", NAMES)]}),
    ]
    wanted = {
        one.key: Recipe("", one.key, one.key.title(), f"maker:{one.key}", "MIT", "")
        for one in holders
    }
    columns, components = Assembly(holders, wanted).columns(10_000)
    path = tmp_path / "own.index"
    path.write_bytes(encode(columns, components, "", ""))
    choose_index(path)
    yield path
    choose_index("")


def found(files: dict[str, bytes]):
    return {(one.name, one.version): one for one in identify(image_of(files))}


def whole(key, version, units):
    return blob(flat(texts(key, version, units)))


def test_a_copy_becomes_a_component_with_its_names_from_the_index():
    (component,) = found({"/lib/x.so": whole("alpha", "1.1", 6)}).values()
    assert (component.name, component.version, component.kind) == ("Alpha", "1.1", "full-copy")
    assert component.cpe == "cpe:2.3:a:maker:alpha:1.1:*:*:*:*:*:*:*"
    assert component.licence == "MIT"
    assert {one.method for one in component.occurrences} == {"learned fingerprints"}
    assert component.occurrences[0].length > 10


def test_several_copies_are_listed_as_such():
    seen = found({"/lib/x.so": whole("alpha", "1.1", 6), "/sbin/y": whole("alpha", "1.3", 6)})
    assert set(seen) == {("Alpha", "1.1"), ("Alpha", "1.3")}


def without_text(version: str, lacking: int = 0) -> list[bytes]:
    strings = flat(texts("alpha", version, 6))
    return [one for one in strings if b"version" not in one][lacking:]


def test_an_interval_is_stated():
    # A body between 1.1 and 1.3: it has lost some of what 1.3 has lost.
    between = [*flat([one[:32] for one in texts("alpha", "1.1", 6)])]
    content = blob([one for one in between if b"version" not in one])
    (component,) = found({"/lib/x.so": content}).values()
    assert (component.version, component.version_low, component.version_high) == (
        "1.1", "1.0", "1.3",
    )  # fmt: skip


def test_a_body_that_is_one_release_and_nothing_beside_it():
    (component,) = found({"/lib/x.so": blob(without_text("1.1"))}).values()
    assert (component.version, component.version_low, component.version_high) == ("1.1", "", "")


def test_facts_of_another_index_do_not_count(own_index):
    image = image_of({"/lib/x.so": whole("alpha", "1.1", 6)})
    choose_index("")
    assert [one.name for one in identify(image)] == []
    choose_index(own_index)
    assert [one.name for one in identify(image)] == ["Alpha"]


def test_without_an_index_the_other_methods_still_work(monkeypatch):
    def missing(_path: str):
        raise module.BadIndex("the file is empty")

    monkeypatch.setattr(module, "_loaded", missing)
    banner = b"\0BusyBox v1.19.4 (2017-01-01 12:00:00 UTC)\0"
    assert set(found({"/bin/busybox": banner, "/lib/x.so": whole("alpha", "1.1", 6)})) == {
        ("BusyBox", "1.19.4")
    }


def test_own_code_alone_is_no_component():
    assert found({"/bin/own": blob(sentences("own", 400))}) == {}


BANNER = b"\0Linux version 6.1.0 (builder@host) (gcc 12.2) #1 SMP Mon Jan 2 10:00:00 UTC 2023\n\0"


def in_kernel(strings: list[bytes]):
    files = {"/boot/vmlinux": BANNER + blob(strings), "/lib/x.so": whole("alpha", "1.1", 6)}
    seen = {key: one for key, one in found(files).items() if key[0] == "Alpha"}
    return {
        (one.version, one.version_low, one.version_high): {
            place.path.rpartition("/")[2] for place in one.occurrences
        }
        for one in seen.values()
    }


def test_a_copy_in_a_kernel_has_a_release_of_its_own():
    part = [one for one in flat(texts("alpha", "1.3", 6)[:3]) if b"version" not in one]
    assert in_kernel(part) == {("1.1", "", ""): {"x.so"}, ("1.3", "1.1", ""): {"vmlinux"}}


def test_the_names_that_a_kernel_has_for_programs_are_no_copy():
    names = {name for name, _ in found({"/bin/gamma": blob(NAMES)})}
    assert names == {"Gamma"}
    names = {name for name, _ in found({"/boot/vmlinux": BANNER + blob(NAMES)})}
    assert names == {"Linux kernel"}
