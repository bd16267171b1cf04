"""One document, read: bytes in, a view with roles and a map back to the bytes out."""

import hashlib
from collections.abc import Callable
from typing import Literal, NamedTuple

from assay.claims import lexicon
from assay.claims.identity import printable
from assay.claims.reading import decode as decoding, html, pdf
from assay.claims.reading.language import detect
from assay.claims.reading.lines import Line, read_lines
from assay.claims.reading.metadata import NO_HINTS, Hints, find_author, find_date, find_publisher
from assay.claims.records import Block, Document, Found, When
from assay.errors import UnreadableInput

MOST_BYTES = 32 << 20
NOTHING = Found(value="", basis="not found")


class Reading(NamedTuple):
    """A document as the rules see it; `to_byte` turns an offset in the view into bytes."""

    document: Document
    view: str
    lower: str
    lines: list[Line]
    to_byte: Callable[[int], int]


class _Text(NamedTuple):
    """The text of a document before its lines have roles."""

    kind: Literal["text", "html", "pdf"]
    view: str
    to_byte: Callable[[int], int]
    encoding: str
    regions: tuple[tuple[int, int, str], ...] = ()
    declared: tuple[str, str, str, str] = ("", "", "", "")
    url: str = ""
    notes: tuple[str, ...] = ()


def read_document(data: bytes, hints: Hints = NO_HINTS) -> Reading:
    """Return the document with the bytes *data*.

    Raises UnreadableInput for what is too large, no text, or a PDF that cannot be read.
    """
    if len(data) > MOST_BYTES and not pdf.is_pdf(data):
        raise UnreadableInput(
            "The document is larger than 32 MiB.", advice="Hand in the article alone."
        )
    text = _text_of(data)
    lines = _with_regions(read_lines(text.view), text)
    body = " ".join(
        text.view[line.start : line.end] for line in lines[:200] if line.role in {"body", "title"}
    )
    language = detect(body or text.view) if text.view.strip() else "und"
    document = _describe(data, text, lines, hints, language)
    return Reading(document, text.view, _lower(text.view), lines, text.to_byte)


def _text_of(data: bytes) -> _Text:
    if pdf.is_pdf(data):
        return _from_pdf(data)
    if decoding.is_binary(data):
        raise UnreadableInput(
            "The document is not text.", advice="Hand in plain text, HTML or PDF."
        )
    decoded = decoding.decode(data)
    to_byte = decoding.byte_map(decoded)
    if not html.looks_like_html(decoded.text):
        return _Text(
            "text", decoding.view(decoded.text), to_byte, decoded.encoding, notes=decoded.notes
        )
    page = html.read_page(decoded.text)
    source = html.PageMap(page.pieces).source
    return _Text(
        "html",
        decoding.view(page.text),
        lambda char: to_byte(source(char)),
        decoded.encoding,
        page.regions,
        (page.title, page.publisher, page.author, page.published),
        page.url,
        (*decoded.notes, *page.notes),
    )


def _from_pdf(data: bytes) -> _Text:
    text, meta = pdf.read_pdf(data)
    decoded = decoding.Decoded(text, "utf-8", 0)
    declared = (meta["title"], "", meta["author"], meta["date"])
    note = "offsets are into the text extracted from the PDF"
    return _Text(
        "pdf",
        decoding.view(text),
        decoding.byte_map(decoded),
        "utf-8",
        (),
        declared,
        "",
        (note,),
    )


def _with_regions(lines: list[Line], text: _Text) -> list[Line]:
    """Give lines that lie in a region of a page the region's role; a page's h1 is its title."""
    if not text.regions:
        return lines
    marked = sorted(text.regions)
    has_title = any(role == "title" for _, _, role in marked)
    changed = []
    for line in lines:
        role = next(
            (
                role
                for start, end, role in marked
                if start <= line.start and line.end <= end and role != "title"
            ),
            "",
        )
        heading = next(
            (
                role
                for start, end, role in marked
                if role == "title" and start <= line.start and line.end <= end
            ),
            "",
        )
        if heading and role != "furniture":
            changed.append(line._replace(role="title", rule="html.h1"))
        elif role:
            changed.append(line._replace(role=role, rule="html.region"))  # type: ignore[arg-type]
        elif has_title and line.role == "title":
            changed.append(line._replace(role="heading", rule="html.not-h1"))
        elif text.kind == "html" and line.rule == "line.before-headline":
            changed.append(line._replace(role="body", rule="html.article"))
        else:
            changed.append(line)
    return changed


def _describe(data: bytes, text: _Text, lines: list[Line], hints: Hints, language: str) -> Document:
    title, publisher, author, published = text.declared
    heading = next((line for line in lines if line.role == "title"), None)
    shown = " ".join(text.view[heading.start : heading.end].split()) if heading else title
    notes = list(text.notes)
    supported = language == "en"
    if not supported:
        notes.append(
            "no words found"
            if not text.view.strip()
            else f"language {language} is not supported; only English is read for statements"
        )
    blocks = tuple(
        Block(
            role=line.role,
            start=text.to_byte(line.start),
            end=text.to_byte(line.end),
            rule=line.rule,
        )
        for line in lines
    )
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        size=len(data),
        format=text.kind,
        encoding=text.encoding,
        offsets="extracted-text" if text.kind == "pdf" else "raw-bytes",
        language=language,
        supported=supported,
        title=printable(shown)[:300],
        publisher=_found(find_publisher(text.view, lines, hints, publisher)),
        author=_found(find_author(text.view, lines, hints, author)),
        published=_date(text, lines, hints, published),
        url=printable(hints.url or text.url)[:500],
        rules=lexicon.rules_digest(),
        blocks=blocks,
        notes=tuple(notes),
    )


def _date(text: _Text, lines: list[Line], hints: Hints, declared: str) -> When:
    return find_date(text.view, lines, hints, declared)


def _found(found: Found) -> Found:
    return Found(value=printable(found.value)[:200], basis=found.basis)


def _lower(view: str) -> str:
    low = view.lower()
    if len(low) == len(view):
        return low
    # A few capitals become two characters; they stay as they are, so that offsets hold.
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in view)
