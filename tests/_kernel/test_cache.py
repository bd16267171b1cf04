import os
import sqlite3

from assay._kernel.cache import Cache


def filled(folder):
    cache = Cache(folder)
    cache.put("facts", [("one", b"1"), ("two", b"22")])
    return cache


def test_gives_back_what_was_put(tmp_path):
    cache = filled(tmp_path)
    assert cache.get("one") == b"1"
    assert cache.get("absent") is None
    assert [tuple(usage) for usage in cache.usage()] == [("facts", 2, 3)]


def test_survives_being_closed(tmp_path):
    filled(tmp_path).close()
    assert Cache(tmp_path).get("two") == b"22"


def test_a_changed_value_counts_as_absent(tmp_path):
    cache = filled(tmp_path)
    with sqlite3.connect(cache.file) as connection:
        connection.execute("UPDATE entries SET value = ? WHERE key = 'one'", (b"9",))
    assert cache.get("one") is None
    assert cache.get("two") == b"22"


def test_a_value_moved_to_another_key_counts_as_absent(tmp_path):
    cache = filled(tmp_path)
    with sqlite3.connect(cache.file) as connection:
        connection.execute("DELETE FROM entries WHERE key = 'two'")
        connection.execute("UPDATE entries SET key = 'two' WHERE key = 'one'")
    assert cache.get("two") is None


def test_a_damaged_file_is_started_afresh(tmp_path):
    filled(tmp_path).close()
    (tmp_path / "content.sqlite").write_bytes(b"no database" * 500)
    cache = Cache(tmp_path)
    assert cache.get("one") is None
    cache.put("facts", [("one", b"new")])
    assert cache.get("one") == b"new"


def test_unusable_storage_means_no_cache(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file" / "below")
    cache.put("facts", [("one", b"1")])
    assert cache.get("one") is None
    assert cache.usage() == []


def test_clear_removes_everything(tmp_path):
    cache = filled(tmp_path)
    cache.clear()
    assert cache.usage() == []
    assert cache.get("one") is None


def test_many_are_given_back_at_once(tmp_path):
    cache = Cache(tmp_path)
    values = {f"key{number}": str(number).encode() for number in range(1000)}
    cache.put("facts", values.items())
    asked = [*values, "absent", "key1", "key1"]
    assert cache.get_all(asked) == values
    assert cache.get_all(()) == {}
    with sqlite3.connect(cache.file) as connection:
        connection.execute("UPDATE entries SET value = ? WHERE key = 'key7'", (b"9",))
    assert cache.get_all(asked) == {key: one for key, one in values.items() if key != "key7"}
    cache.close()
    assert cache.get_all(asked) == {}


def test_what_is_stored_behind_is_there_when_it_is_asked_for(tmp_path):
    cache = Cache(tmp_path)
    for number in range(20):
        cache.put_behind("results", [(f"key {number}", bytes(1 << 16))])
        if number % 2:
            assert cache.get(f"key {number}") == bytes(1 << 16)
    assert [tuple(usage) for usage in cache.usage()] == [("results", 20, 20 << 16)]
    cache.put_behind("results", [("last", b"1")])
    cache.close()
    assert Cache(tmp_path).get("last") == b"1"


def test_a_fork_waits_for_what_is_stored_behind(tmp_path):
    cache = Cache(tmp_path)
    cache.put_behind("results", [("key", bytes(1 << 22))])
    child = os.fork()
    if child == 0:
        os._exit(0 if Cache(tmp_path).get("key") == bytes(1 << 22) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_storing_behind_trims_and_bears_a_closed_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("assay._kernel.cache.MOST_BYTES", 100)
    cache = filled(tmp_path)
    cache.put_behind("results", [("large", bytes(200))])
    assert cache.usage() == []
    cache.close()
    cache.put_behind("results", [("one", b"1")])
    assert cache.get("one") is None


def test_a_file_of_another_layout_is_started_afresh(tmp_path):
    filled(tmp_path).close()
    with sqlite3.connect(tmp_path / "content.sqlite") as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("DROP TABLE entries")
        connection.execute("CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID")
        connection.execute("INSERT INTO entries VALUES ('one', x'31')")
    connection.close()
    cache = Cache(tmp_path)
    assert cache.get("one") is None
    cache.put("facts", [("one", b"new")])
    cache.close()
    assert Cache(tmp_path).get("one") == b"new"


def test_several_may_open_a_new_file_at_once(tmp_path):
    caches = [Cache(tmp_path) for _ in range(4)]
    for number, cache in enumerate(caches):
        cache.put("facts", [(str(number), b"value")])
    assert all(len(cache.get_all(map(str, range(4)))) == 4 for cache in caches)
