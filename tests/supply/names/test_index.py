import msgspec
import pytest

from assay.supply.names import search
from assay.supply.names.index import MOST_CANDIDATES, NameIndex
from assay.supply.names.prepare import prepare
from assay.supply.names.search import search_all

NAMES = [
    "Huawei Technologies Co., Ltd.",
    "Hangzhou Hikvision Digital Technology Co., Ltd.",
    "ZTE Corporation",
    "Nokia Corporation",
    "Semiconductor Manufacturing International Corporation",
    *(f"Filler {number} Trading Company" for number in range(500)),
]


def best(text: str, names: list[str] = NAMES) -> str:
    found = NameIndex(names).search(text, at_least=300)
    return names[found[0][1]] if found else ""


def test_exact_misspelt_transliterated_and_abbreviated_names_are_found():
    assert best("Huawei Technologies") == NAMES[0]
    assert best("Huwaei") == NAMES[0]
    assert best("Hangzou Hikvison Digital") == NAMES[1]
    assert best("华为技术有限公司") == NAMES[0]
    assert best("SMIC") == NAMES[4]
    assert best("ЗТЕ") == NAMES[2]  # noqa: RUF001 - Cyrillic on purpose


def test_what_is_not_there_is_not_found():
    assert best("Ericsson") == ""
    assert best("") == ""
    assert NameIndex([]).search("Nokia", at_least=1) == []


def test_the_candidates_are_bounded():
    index = NameIndex([f"Common Name {number}" for number in range(5000)])
    assert len(index.candidates(prepare("Common Name"))) <= MOST_CANDIDATES


def test_workers_do_not_change_the_answers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(search, "ALONE_BELOW", 10)
    monkeypatch.setattr(search, "CHUNK", 20)
    index = NameIndex(NAMES)
    asked = [name.upper() for name in NAMES[:60]]
    alone = search_all(asked, index, at_least=300, workers=1)
    assert search_all(asked, index, at_least=300, workers=2) == alone
    assert alone[0][0][1] == 0


def test_a_worker_that_inherits_nothing_builds_its_own_index():
    handle = search._start(msgspec.msgpack.encode(NAMES))
    part = search.Part(names=["Huwaei", "Nobody"], at_least=300)
    found = msgspec.msgpack.decode(handle(msgspec.msgpack.encode(part)), type=search.Answers)
    assert found == search_all(["Huwaei", "Nobody"], NameIndex(NAMES), at_least=300)


def test_a_worker_that_fails_costs_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(search, "ALONE_BELOW", 1)
    monkeypatch.setattr(search, "_in_workers", lambda parts, *_: [None] * len(parts))
    index = NameIndex(NAMES)
    assert search_all(["Huwaei"], index, at_least=300, workers=2) == search_all(
        ["Huwaei"], index, at_least=300
    )
