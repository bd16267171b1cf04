"""Pages of web interfaces: links, forms, password fields; and the page names in programs.

Part of the inventory stage. Embedded servers keep the names of their handlers among their
strings, so programs are read for those. Reference: HTML Living Standard, section 4.10.
"""

import re
from collections.abc import Iterator
from itertools import islice

from assay._kernel import lazy_re
from assay.inventory.kind import Kind, Span, looks_like_text, shown
from assay.inventory.marks import has
from assay.model.record import Record

MOST = 64 << 20
MOST_LINKS, MOST_FORMS, MOST_NAMES = 300, 60, 3000


class Form(Record, array_like=True):
    """A form: where it sends its fields, how, and the names of the fields."""

    action: str
    method: str
    fields: tuple[str, ...]
    span: Span


class WebFacts(Record):
    """What a page or a program says about a web interface.

    `links` point at the targets of links, scripts and forms. `passwords` are password fields that
    carry a value. `names` are the names of pages and handlers among a program's strings.
    """

    links: tuple[Span, ...] = ()
    forms: tuple[Form, ...] = ()
    passwords: tuple[Span, ...] = ()
    names: tuple[str, ...] = ()
    complete: bool = True


KIND = Kind(
    name="web",
    version=1,
    facts=WebFacts,
    about="links, forms and password fields of pages; page names in programs",
    paths=("*.htm", "*.html", "*.asp", "*.php", "*.js", "*.shtml", "*.lp", "*.tmpl", "*.cgi"),
    binary=True,
    most=MOST,
)

_GIVEN = lazy_re.compile(rb"[=:(]\s*(?P<quote>['\"])(?P<target>[^'\"\s<>]{1,200})(?P=quote)")
_LINKING = (b"href", b"src", b"action", b"location", b"location.href", b"url")
_BLANKS = b" \t\n\r\f\v"
_FORM = lazy_re.compile(rb"(?i)<form\b(?P<attributes>[^>]{0,600})>")
_INPUT = lazy_re.compile(rb"(?i)<(?:input|select|textarea)\b(?P<attributes>[^>]{0,600})>")
_ATTRIBUTE = lazy_re.compile(
    rb"([A-Za-z_:@-][\w:.@-]{0,40})\s*=\s*(?:\"([^\"]{0,400})\"|'([^']{0,400})'|([^\s>'\"]{1,200}))"
)
_ENDING = lazy_re.compile(rb"\.(?:cgi|asp|php|html?|lp|gch)\b")
_STEM = lazy_re.compile(rb"[A-Za-z0-9_-]{1,60}\Z")


def examine(content: bytes) -> WebFacts | None:
    """Return what *content* says about a web interface, or None when nothing."""
    if not looks_like_text(content):
        return _program(content)
    links = tuple(islice(_links(content), MOST_LINKS + 1))
    shown_form = has(content, "form")
    forms = tuple(islice(_forms(content), MOST_FORMS)) if shown_form else ()
    passwords = tuple(islice(_passwords(content), MOST_FORMS)) if shown_form else ()
    if not (links or forms or passwords):
        return None
    return WebFacts(
        links=links[:MOST_LINKS],
        forms=forms,
        passwords=passwords,
        complete=len(links) <= MOST_LINKS,
    )


def _program(content: bytes) -> WebFacts | None:
    found: set[bytes] = set()
    if not has(content, "page"):
        return None
    for ending in _ENDING.finditer(content):
        stem = _STEM.search(content[max(0, ending.start() - 60) : ending.start()])
        if stem:
            found.add(stem[0] + ending[0])
    if not found:
        return None
    names = tuple(name.decode("ascii") for name in sorted(found)[:MOST_NAMES])
    return WebFacts(names=names, complete=len(found) <= MOST_NAMES)


def _links(content: bytes) -> Iterator[Span]:
    seen: set[bytes] = set()
    for match in _linked(content):
        target = match["target"]
        if target not in seen and not target.startswith((b"#", b"data:", b"javascript:")):
            seen.add(target)
            yield _span(content, *match.span("target"))


def _linked(content: bytes) -> Iterator[re.Match[bytes]]:
    """Yield what is given, in quotes, to one of the words that link, in any case."""
    done = place = 0
    while match := _GIVEN.search(content, place):
        place, end = match.start() + 1, match.start()
        while end > done and content[end - 1] in _BLANKS:
            end -= 1
        before = content[max(done, end - 16) : end].lower()
        if before.endswith(_LINKING):
            yield match
            place = done = match.end()


def _forms(content: bytes) -> Iterator[Form]:
    starts = list(islice(_FORM.finditer(content), MOST_FORMS))
    for place, match in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(content)
        close = content.find(b"</form", match.end(), end)
        inputs = _INPUT.finditer(content, match.end(), close if close >= 0 else end)
        own = _attributes(match["attributes"])
        names = (_attributes(field["attributes"]).get("name", "") for field in inputs)
        yield Form(
            action=own.get("action", ""),
            method=own.get("method", "get").lower(),
            fields=tuple(dict.fromkeys(name for name in islice(names, 60) if name)),
            span=_span(content, match.start(), min(match.end(), match.start() + 200)),
        )


def _passwords(content: bytes) -> Iterator[Span]:
    for match in _INPUT.finditer(content):
        own = _attributes(match["attributes"])
        if own.get("type", "").lower() == "password" and own.get("value"):
            yield _span(content, match.start(), min(match.end(), match.start() + 300))


def _attributes(text: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.decode("ascii").lower(), shown(double or single or bare))
    return found


def value_of(field: Span) -> str:
    """Return the value that a password *field* of `WebFacts.passwords` carries."""
    return _attributes(field.text.encode("ascii")).get("value", "")


def _span(content: bytes, start: int, end: int) -> Span:
    return Span(offset=start, length=end - start, text=shown(content[start:end]))
