"""Fetching feeds from a local server: only what changed, resumed, checked."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from tests.vulns.conftest import hit, nvd

from assay.cli import main
from assay.errors import UnknownName
from assay.supply.lists.fetching import fetch
from assay.vulns.store.snapshots import find, manifest_of, snapshots
from assay.vulns.store.syncing import sources, sync


class _Publisher(BaseHTTPRequestHandler):
    content = b""
    asked: ClassVar[list[tuple[str, str]]] = []
    cut = 0

    def do_GET(self) -> None:
        etag = f'"{hashlib.sha256(self.content).hexdigest()}"'
        ranged = self.headers.get("Range", "")
        type(self).asked.append((ranged, self.headers.get("If-None-Match", "")))
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.end_headers()
            return
        start = int(ranged[6:-1]) if ranged else 0
        body = self.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if type(self).cut:
            body, type(self).cut = body[: type(self).cut], 0
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[str]:
    _Publisher.asked, _Publisher.cut = [], 0
    _Publisher.content = _feed(1000, 1400)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Publisher)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/feed.jsonl"
    server.shutdown()
    server.server_close()
    thread.join()


def _feed(first: int, last: int) -> bytes:
    records = (nvd(f"CVE-2021-{number}", hit("haxx:curl")) for number in range(first, last))
    return b"\n".join(json.dumps(record).encode() for record in records)


def bring(address: str, target: Path) -> bool:
    return fetch(address, target).changed


def test_only_what_changed(publisher: str, tmp_path: Path) -> None:
    made = sync([publisher], tmp_path, year=2024, fetch=bring)
    assert made is not None
    assert made[0].advisories == 400
    assert sync([publisher], tmp_path, year=2024, fetch=bring) is None
    assert _Publisher.asked[1][1], "the second request was conditional"
    _Publisher.content = _feed(1000, 1500)
    again = sync([publisher], tmp_path, year=2024, fetch=bring)
    assert again is not None
    assert again[0].advisories == 500
    assert len(snapshots(tmp_path)) == 2


def test_a_transfer_that_breaks_off_is_resumed(publisher: str, tmp_path: Path) -> None:
    _Publisher.cut = 1000
    made = sync([publisher], tmp_path, year=2024, fetch=bring)
    assert made is not None
    assert _Publisher.asked[1][0] == "bytes=1000-"


def test_fetched_but_not_imported_is_imported_the_next_time(publisher: str, tmp_path: Path) -> None:
    target = tmp_path / "sources"

    def broken(address: str, path: Path) -> bool:
        fetch(address, path)
        (target / "waiting").touch()
        return False

    made = sync([publisher], tmp_path, year=2024, fetch=broken)
    assert made is not None
    assert not (target / "waiting").exists()


def test_the_command(publisher: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["feeds", "--store", str(tmp_path)]
    digest = hashlib.sha256(_Publisher.content).hexdigest()
    assert main([*store, "status"]) == 3
    assert main([*store, "sync", publisher, "--sha256", "0" * 64]) == 2
    assert main([*store, "sync", publisher, "--sha256", digest]) == 0
    assert main([*store, "sync", publisher, "-q"]) == 0
    told = capsys.readouterr()
    assert "400 advisories" in told.out
    assert "nothing has changed" in told.err
    assert main([*store, "status", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    place = find(tmp_path)
    assert place is not None
    assert listed["digest"] == manifest_of(place).digest
    assert main([*store, "sync"]) == 0
    assert "kev" in capsys.readouterr().out
    assert main([*store, "remove", place.name]) == 0
    assert main([*store, "status"]) == 3


def test_known_sources() -> None:
    years = list(sources()["nvd"].addresses(2004))
    assert len(years) == 4
    assert years[0].endswith("nvdcve-2.0-2002.json.gz")
    assert all(url.startswith("https://") for one in sources().values() for url in one.urls)


def test_an_unknown_source(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="no source named"):
        sync(["nowhere"], tmp_path, year=2024, fetch=bring)
