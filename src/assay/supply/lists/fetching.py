"""Lists fetched from their publishers: only what changed, resumed where it broke off, checked.

The only part of Assay that uses the network, and only when the user asks. Plain HTTP(S) through the
standard library; proxies come from the environment. Nothing here runs during an evaluation.
"""

import email.utils
import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from assay._kernel import canonical
from assay.errors import StorageError, UnreadableInput, UsageError
from assay.model.record import Digest, Record

AGENT = "assay-lists/1"
TIMEOUT = 60
BLOCK = 1 << 18
MOST_BYTES = 2 << 30
ATTEMPTS = 3

Progress = Callable[[int, int], None]
"""Called with the bytes received and the bytes expected (0: unknown)."""


class Fetched(Record):
    """What is known of a file fetched before: enough to ask whether it changed."""

    url: str
    etag: str = ""
    last_modified: str = ""
    sha256: Digest = ""
    size: int = 0
    day: str = ""


class Fetch(Record):
    """The outcome of a fetch: whether the file changed, and what is known of it now."""

    changed: bool
    fetched: Fetched


def fetch(
    url: str, target: Path, *, expected_sha256: str = "", progress: Progress | None = None
) -> Fetch:
    """Bring *url* to the file *target* and return what happened.

    Asks with ETag and Last-Modified of the last time; resumes a part that is left. Raises
    UnreadableInput when the server does not give the file or the digest is not *expected_sha256*.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"{url!r} is not a web address", advice="Give an http(s) address.")
    before = _remembered(target, url)
    last = ""
    for _ in range(ATTEMPTS):
        try:
            return _attempt(url, target, before, expected_sha256, progress)
        except urllib.error.HTTPError as error:
            if error.code == 416:  # the part that is left does not fit the file any more
                _part(target).unlink(missing_ok=True)
                last = str(error)
                continue
            raise UnreadableInput(f"{url}: the server answers {error.code}") from error
        except (OSError, HTTPException) as error:
            if isinstance(error, StorageError):
                raise
            last = str(error)
    raise UnreadableInput(
        f"{url} cannot be fetched: {last}",
        advice="Try again: what has arrived is kept. Behind a proxy, set https_proxy.",
    )


def _attempt(
    url: str, target: Path, before: Fetched | None, expected: str, progress: Progress | None
) -> Fetch:
    part = _part(target)
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310 - scheme checked
    if have:
        request.add_header("Range", f"bytes={have}-")
        if mark := _mark(target).read_text("utf-8") if _mark(target).exists() else "":
            request.add_header("If-Range", mark)
    elif before and target.exists():
        for header, value in (
            ("If-None-Match", before.etag),
            ("If-Modified-Since", before.last_modified),
        ):
            if value:
                request.add_header(header, value)
    opener = urllib.request.build_opener()  # reads the proxies of the environment now
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            _receive(response, target, have, progress)
            fetched = _settle(url, target, response, expected)
    except urllib.error.HTTPError as error:
        if error.code == 304 and before:
            return Fetch(changed=False, fetched=before)
        raise
    return Fetch(changed=before is None or before.sha256 != fetched.sha256, fetched=fetched)


def _receive(response: HTTPResponse, target: Path, have: int, progress: Progress | None) -> None:
    resumed = response.status == 206 and have > 0
    mark = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
    _mark(target).write_text(mark, "utf-8")
    stated = response.headers.get("Content-Length") or ""
    length = int(stated) if stated.isascii() and stated.isdigit() else 0
    received = have if resumed else 0
    total = received + length
    if total > MOST_BYTES:
        raise UnreadableInput(f"the list is larger than {MOST_BYTES >> 30} GB")
    with _part(target).open("ab" if resumed else "wb") as file:
        while block := response.read(BLOCK):
            received += len(block)
            if received > MOST_BYTES:
                raise UnreadableInput(f"the list is larger than {MOST_BYTES >> 30} GB")
            file.write(block)
            if progress:
                progress(received, total if length else 0)
    if length and received != total:
        raise ConnectionError(f"broke off after {received} of {total} bytes")


def _settle(url: str, target: Path, response: HTTPResponse, expected: str) -> Fetched:
    """Check the digest, put the file in place and remember what was fetched."""
    part = _part(target)
    digest = _digest(part)
    if expected and digest != expected.lower():
        part.unlink()
        raise UnreadableInput(
            f"{url}: the digest is {digest}, not {expected}", advice="Nothing was kept."
        )
    fetched = Fetched(
        url=url,
        etag=response.headers.get("ETag") or "",
        last_modified=response.headers.get("Last-Modified") or "",
        sha256=digest,
        size=part.stat().st_size,
        day=_day(response.headers.get("Last-Modified") or response.headers.get("Date") or ""),
    )
    part.replace(target)
    _mark(target).unlink(missing_ok=True)
    _memory(target).write_bytes(canonical.encode(fetched))
    return fetched


def _digest(path: Path) -> Digest:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _day(header: str) -> str:
    """Return the ISO day of an HTTP date, empty when it is not one."""
    try:
        return email.utils.parsedate_to_datetime(header).astimezone(UTC).date().isoformat()
    except (TypeError, ValueError):
        return ""


def _remembered(target: Path, url: str) -> Fetched | None:
    try:
        known = canonical.decode(_memory(target).read_bytes(), Fetched)
    except (OSError, msgspec.DecodeError):
        return None
    return known if known.url == url else None


def _part(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _mark(target: Path) -> Path:
    return target.with_name(target.name + ".mark")


def _memory(target: Path) -> Path:
    return target.with_name(target.name + ".fetched.json")
