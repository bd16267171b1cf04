"""HTML to text, every character with its place in the page; regions of the page become roles.

The page is scanned, never built into a tree, so depth and size cannot hurt. Where the optional
package trafilatura is present it decides which blocks are the article; the offsets stay ours.
"""

import html
import re
from bisect import bisect_right
from typing import NamedTuple

from assay.claims.records import Role

MOST_CHARACTERS = 8_000_000
_DEEPEST, _MOST_TAGS, _LARGEST = 200, 60_000, 3_000_000

_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|<(?P<raw>script|style|template|svg|math|"
    r"textarea|select|iframe|object|noscript)\b[^>]*>.*?(?:</(?P=raw)\s*>|"
    r"\Z)"
    r"|<(?P<close>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:-]{0,30})(?P<attrs>[^<>]{0,20000})>?|"
    r"<[!?][^>]{0,2000}>?|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});",
    re.DOTALL,
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "tr",
        "td",
        "th",
        "table",
        "section",
        "article",
        "header",
        "footer",
        "nav",
        "aside",
        "main",
        "form",
        "blockquote",
        "figure",
        "figcaption",
        "br",
        "hr",
        "dd",
        "dt",
        "dl",
        "pre",
        "title",
        "head",
        "body",
        "html",
        "address",
        "button",
        "option",
        "time",
        "label",
    ]
)
_ASIDE = {
    "nav": "furniture",
    "footer": "furniture",
    "aside": "related-link",
    "form": "widget",
    "button": "widget",
    "figcaption": "caption",
    "h1": "title",
    "title": "furniture",
    "header": "furniture",
    "time": "dateline",
    "h2": "heading",
    "h3": "heading",
    "h4": "heading",
    "label": "widget",
}
_ATTRIBUTE = re.compile(
    r"([\w:-]{1,40})\s*=\s*(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s>]{1,500}))"
)
_LD_DATE = re.compile(r"\"datePublished\"\s*:\s*\"([^\"]{4,40})\"")
_LD_PUBLISHER = re.compile(r"\"publisher\"\s*:\s*\{[^{}]{0,300}?\"name\"\s*:\s*\"([^\"]{1,120})\"")
_SPACE = re.compile(r"\s+")


class Page(NamedTuple):
    """The text of a page, a map to the page's characters, forced roles, and what it declares."""

    text: str
    pieces: tuple[tuple[int, int, int], ...]
    regions: tuple[tuple[int, int, Role], ...]
    title: str
    publisher: str
    author: str
    published: str
    url: str
    notes: tuple[str, ...]


class PageMap:
    """Where each character of a page's text stands in the page."""

    def __init__(self, pieces: tuple[tuple[int, int, int], ...]) -> None:
        self._pieces = pieces
        self._starts = [piece[0] for piece in pieces]

    def source(self, char: int) -> int:
        """Return the index in the page of the character at *char* of its text."""
        if not self._pieces:
            return 0
        place = max(0, bisect_right(self._starts, char) - 1)
        start, origin, length = self._pieces[place]
        return origin + min(char - start, length)


def looks_like_html(text: str) -> bool:
    """Tell whether *text* is a page: a doctype, or the usual tags near its beginning."""
    head = text[:4000].lstrip().lower()
    if head.startswith(("<!doctype html", "<html", "<?xml", "<head", "<body")):
        return True
    return (
        head.count("<") >= 6
        and len(re.findall(r"<(?:p|div|a|span|h1|br|li|meta|script|title)\b", head)) >= 3
    )


def read_page(source: str) -> Page:
    """Return the text of the page *source*; never fails, whatever the markup."""
    notes = []
    if len(source) > MOST_CHARACTERS:
        source = source[:MOST_CHARACTERS]
        notes.append(f"page cut to {MOST_CHARACTERS} characters")
    scan = _Scan(source)
    scan.run()
    text = "".join(scan.parts)
    kept, found = _with_trafilatura(source, text, scan)
    notes += found
    meta = scan.meta
    published = (
        meta.get("article:published_time")
        or meta.get("date")
        or meta.get("datepublished")
        or meta.get("dc.date")
        or _first(_LD_DATE, source)
        or scan.time
    )
    return Page(
        text,
        tuple(scan.pieces),
        kept,
        _clean(meta.get("og:title", "") or scan.title),
        _clean(meta.get("og:site_name", "") or _first(_LD_PUBLISHER, source)),
        _clean(meta.get("author", "") or meta.get("article:author", "")),
        published,
        meta.get("og:url", ""),
        tuple(notes),
    )


class _Scan:
    """One pass over the markup."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[str] = []
        self.pieces: list[tuple[int, int, int]] = []
        self.regions: list[tuple[int, int, Role]] = []
        self.meta: dict[str, str] = {}
        self.title = ""
        self.time = ""
        self.tags = 0
        self.depth = 0
        self.deepest = 0
        self._length = 0
        self._open: list[tuple[str, int]] = []

    def run(self) -> None:
        at = 0
        for match in _PIECE.finditer(self.source):
            self._text(at, match.start())
            at = match.end()
            if match[0][0] == "&":
                self._add(
                    html.unescape(match[0])[:2], match.start(), atomic=match.end() - match.start()
                )
            elif match["tag"]:
                self._tag(match["tag"].lower(), match["attrs"] or "", closing=match["close"] == "/")
        self._text(at, len(self.source))
        for tag, start in self._open:
            self._close_region(tag, start)

    def _text(self, start: int, end: int) -> None:
        if start < end:
            # Line ends inside a paragraph are spaces in HTML.
            self._add(
                self.source[start:end].replace("\n", " ").replace("\r", " ").replace("\t", " "),
                start,
            )

    def _add(self, text: str, origin: int, *, atomic: int = 0) -> None:
        self.pieces.append((self._length, origin, (atomic and 1) or len(text)))
        self.parts.append(text)
        self._length += len(text)

    def _tag(self, tag: str, attrs: str, *, closing: bool) -> None:
        self.tags += 1
        self.depth += (
            -1
            if closing
            else (
                0
                if attrs.endswith("/") or tag in {"br", "img", "meta", "link", "input", "hr"}
                else 1
            )
        )
        self.deepest = max(self.deepest, self.depth)
        if tag == "meta":
            self._meta(attrs)
        if tag == "time" and not closing and not self.time:
            self.time = self._attributes(attrs).get("datetime", "")
        if tag in _BLOCKS:
            self.parts.append("\n")
            self._length += 1
        if tag in _ASIDE:
            self._region(tag, closing=closing)

    def _region(self, tag: str, *, closing: bool) -> None:
        if not closing:
            if len(self._open) < 100:
                self._open.append((tag, self._length))
            return
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                self._close_region(tag, self._open[place][1])
                del self._open[place:]
                return

    def _close_region(self, tag: str, start: int) -> None:
        role: Role = _ASIDE[tag]  # type: ignore[assignment]
        if tag == "title" and not self.title:
            self.title = "".join(self.parts)[start : self._length] if self._length < 100_000 else ""
        if len(self.regions) < 20_000:
            self.regions.append((start, self._length, role))

    def _meta(self, attrs: str) -> None:
        values = self._attributes(attrs)
        name = (
            values.get("property") or values.get("name") or values.get("itemprop") or ""
        ).lower()
        if name and "content" in values and len(self.meta) < 200:
            self.meta.setdefault(name, html.unescape(values["content"]))

    def _attributes(self, attrs: str) -> dict[str, str]:
        return {
            match[1].lower(): match[2] or match[3] or match[4] or ""
            for match in _ATTRIBUTE.finditer(attrs)
        }


def _with_trafilatura(
    source: str, text: str, scan: _Scan
) -> tuple[tuple[tuple[int, int, Role], ...], list[str]]:
    """Let trafilatura mark what is no article text; without it the regions found stand."""
    regions = list(scan.regions)
    if len(source) > _LARGEST or scan.deepest > _DEEPEST or scan.tags > _MOST_TAGS:
        return tuple(regions), ["page too large or deep for the extra reader; line rules used"]
    try:
        import trafilatura  # noqa: PLC0415 - optional, or heavy at start-up
    except ImportError:
        return tuple(regions), ["the optional package trafilatura is absent; line rules used"]
    try:
        article = trafilatura.extract(
            source, include_comments=False, include_tables=True, favor_recall=True
        )
    except (ValueError, TypeError, RecursionError, AttributeError) as error:
        return tuple(regions), [f"trafilatura failed ({type(error).__name__}); line rules used"]
    wanted = _squeeze(article or "")
    if len(wanted) < 200:
        return tuple(regions), ["trafilatura found no article; line rules used"]
    at = 0
    for line in text.split("\n"):
        squeezed = _squeeze(line)
        if len(squeezed) > 20 and squeezed not in wanted:
            regions.append((at, at + len(line), "furniture"))
        at += len(line) + 1
    return tuple(regions), []


def _squeeze(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).lower()


def _first(pattern: re.Pattern[str], source: str) -> str:
    match = pattern.search(source)
    return match[1] if match else ""


def _clean(text: str) -> str:
    return _SPACE.sub(" ", html.unescape(text)).strip()[:300]
