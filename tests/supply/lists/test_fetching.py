"""Fetching, against a server on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from assay.errors import UnreadableInput, UsageError
from assay.supply.lists.fetching import fetch
from assay.supply.lists.syncing import sync

LIST = b"Registry,Assignment,Organization Name\n" + b"MA-L,ABCDEF,Quorvex\n" * 3000
MODIFIED = "Sat, 01 Aug 2026 10:00:00 GMT"


class Server(BaseHTTPRequestHandler):
    """Gives LIST with an ETag, in parts when asked, and breaks off when told to."""

    body: ClassVar[bytes] = LIST
    etag: ClassVar[str] = '"one"'
    break_after: ClassVar[int] = 0
    asked: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        type(self).asked.append(dict(self.headers))
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.headers.get("If-None-Match") == self.etag:
            self.send_response(304)
            self.end_headers()
            return
        self._send(*self._range())

    def _range(self) -> tuple[int, int]:
        wanted = self.headers.get("Range", "")
        if wanted and self.headers.get("If-Range") == self.etag:
            return 206, int(wanted.removeprefix("bytes=").rstrip("-"))
        return 200, 0

    def _send(self, status: int, start: int) -> None:
        body = self.body[start:]
        self.send_response(status)
        self.send_header("ETag", self.etag)
        self.send_header("Last-Modified", MODIFIED)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.break_after:
            self.wfile.write(body[: self.break_after])
            type(self).break_after = 0
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    Server.body, Server.etag, Server.break_after, Server.asked = LIST, '"one"', 0, []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_list_is_fetched_once_and_asked_for_again(server: str, tmp_path: Path):
    target = tmp_path / "list"
    first = fetch(f"{server}/list", target)
    assert first.changed
    assert target.read_bytes() == LIST
    assert first.fetched.sha256 == hashlib.sha256(LIST).hexdigest()
    assert first.fetched.day == "2026-08-01"
    again = fetch(f"{server}/list", target)
    assert not again.changed
    assert Server.asked[-1]["If-None-Match"] == '"one"'
    Server.body, Server.etag = LIST[:1000], '"two"'
    assert fetch(f"{server}/list", target).changed
    assert target.read_bytes() == LIST[:1000]


def test_a_broken_transfer_is_resumed(server: str, tmp_path: Path):
    Server.break_after = 20_000
    received: list[int] = []
    fetch(f"{server}/list", tmp_path / "list", progress=lambda got, _: received.append(got))
    assert (tmp_path / "list").read_bytes() == LIST
    assert Server.asked[-1]["Range"] == "bytes=20000-"
    assert received[-1] == len(LIST)


def test_a_file_that_changed_meanwhile_is_fetched_whole(server: str, tmp_path: Path):
    (tmp_path / "list.part").write_bytes(b"old part")
    (tmp_path / "list.mark").write_text('"old"')
    fetch(f"{server}/list", tmp_path / "list")
    assert (tmp_path / "list").read_bytes() == LIST


def test_a_wrong_digest_keeps_nothing(server: str, tmp_path: Path):
    with pytest.raises(UnreadableInput, match="digest"):
        fetch(f"{server}/list", tmp_path / "list", expected_sha256="0" * 64)
    assert not (tmp_path / "list").exists()
    right = hashlib.sha256(LIST).hexdigest()
    assert fetch(f"{server}/list", tmp_path / "list", expected_sha256=right).changed


def test_refusals_and_wrong_addresses(server: str, tmp_path: Path):
    with pytest.raises(UnreadableInput, match="404"):
        fetch(f"{server}/missing", tmp_path / "list")
    with pytest.raises(UsageError):
        fetch("file:///etc/passwd", tmp_path / "list")
    with pytest.raises(UnreadableInput, match="cannot be fetched"):
        fetch("http://127.0.0.1:9/list", tmp_path / "list")


def test_the_proxy_of_the_environment_is_used(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("http_proxy", server)
    monkeypatch.setenv("no_proxy", "")
    fetch("http://lists.invalid/list", tmp_path / "list")
    assert (tmp_path / "list").read_bytes() == LIST
    assert Server.asked[-1]["Host"] == "lists.invalid"


def test_sync_imports_only_what_changed(server: str, tmp_path: Path):
    first = sync("ieee.oui", tmp_path, url=f"{server}/oui.csv")
    assert first is not None
    assert (first.as_of, first.parties) == ("2026-08-01", 1)
    assert sync("ieee.oui", tmp_path, url=f"{server}/oui.csv") is None
    with pytest.raises(UsageError, match="no public address"):
        sync("eu.sanctions", tmp_path)
