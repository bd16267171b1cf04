"""Bad input, kind by kind: each is refused with advice, or read with a bound and a note."""

# ruff: noqa: RUF001 - typographic quotation marks are what is tested here

import pytest

from assay.claims.extract import extract
from assay.claims.reading.document import MOST_BYTES
from assay.claims.records import Extraction
from assay.errors import UnreadableInput

ARTICLE = (
    "Acme under fire\n\nResearcher Ann Lee said on Monday that the router contains a backdoor.\n\n"
    "“There are no backdoors in any of our products,” Bob Ray, a spokesman for Acme, said.\n"
)


def _said(made: Extraction) -> list[tuple[str, str]]:
    names = {actor.id: actor.name for actor in made.actors}
    return [(names[one.chain[-1].actor], one.content.text) for one in made.statements]


PLAIN = _said(extract(ARTICLE.encode()))


def test_the_article_itself_is_read() -> None:
    assert [name for name, _ in PLAIN] == ["Ann Lee", "Bob Ray"]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \n\t\r\n", b"<html></html>", b"\n" * 90])
def test_nothing_to_read_gives_no_records_and_says_so(data: bytes) -> None:
    made = extract(data)
    assert (made.statements, made.claims, made.measures, made.actors) == ((), (), (), ())
    assert not made.document.supported
    assert made.document.notes


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 40, b"\x7fELF" + b"\0" * 400, b"text \0\0\0 text" * 50, b"%PDF-1.7\nno"],
    ids=["all bytes", "elf", "nul bytes", "broken pdf"],
)
def test_binary_is_refused_with_advice(data: bytes) -> None:
    with pytest.raises(UnreadableInput) as caught:
        extract(data)
    assert caught.value.advice


def test_what_is_too_large_is_refused_with_advice() -> None:
    with pytest.raises(UnreadableInput) as caught:
        extract(b"a " * (MOST_BYTES // 2 + 1))
    assert caught.value.advice


def test_a_megabyte_in_one_line_does_not_hide_what_stands_before_it() -> None:
    line = "word, and the gear of the firm is here; " * 26_000
    made = extract((ARTICLE + "\n" + line).encode())
    assert _said(made)[:2] == PLAIN


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"]
)
def test_encodings_give_the_same_statements_with_offsets_of_their_own(encoding: str) -> None:
    data = ARTICLE.encode(encoding)
    made = extract(data)
    assert _said(made) == PLAIN
    for one in made.statements:
        span = one.spans.content[0]
        bare = encoding.replace("-sig", "").removesuffix("16").removesuffix("32")
        plain = {"utf-": made.document.encoding}.get(bare, bare)
        assert data[span.start : span.end].decode(plain) == one.content.text


def test_a_wrong_announcement_is_noted() -> None:
    made = extract(b"\xff\xfe" + ARTICLE.encode("ascii", "ignore") + b"x")
    assert made.document.notes


def test_stray_bytes_are_noted_and_the_rest_is_read() -> None:
    made = extract(ARTICLE.encode().replace(b"under", b"un\xffder"))
    assert _said(made) == PLAIN
    assert "some bytes are not UTF-8" in made.document.notes


@pytest.mark.parametrize("mark", ['"', "“", "”", "«", "‘", "’", "``", "''", "„"])
def test_an_unbalanced_mark_spoils_its_own_paragraph_at_most(mark: str) -> None:
    stray = f"The firm makes {mark}gear for networks in many of the countries of the world.\n\n"
    said = _said(extract(f"Acme under fire\n\n{stray}{ARTICLE.partition(chr(10) * 2)[2]}".encode()))
    assert [item for item in said if item in PLAIN] == PLAIN


def test_text_from_right_to_left_among_english_is_kept_apart() -> None:
    hebrew = "הממשלה אמרה שהציוד של החברה אינו בטוח, אך לא הציגה כל ראיה לכך."
    made = extract(f"{ARTICLE}\n{hebrew}\n".encode())
    assert _said(made) == PLAIN
    assert "foreign-script" in {block.role for block in made.document.blocks}


def test_marks_of_direction_hide_no_speech() -> None:
    hidden = ARTICLE.replace("said", "\u202esaid\u202c").replace("Ann", "\u200fAnn")
    assert [name for name, _ in _said(extract(hidden.encode()))] == ["Ann Lee", "Bob Ray"]


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 60_000,
        "<" * 200_000,
        "<!--" * 50_000,
        "<a " + "b=c " * 60_000 + ">",
        "&" * 200_000,
        "<script>" * 20_000,
        "<p>" + "&lt;" * 100_000 + "</p>",
    ],
    ids=["nesting", "angles", "comments", "attributes", "ampersands", "scripts", "entities"],
)
def test_html_bombs_end_and_leave_the_article_readable(bomb: str) -> None:
    body = "".join(f"<p>{part}</p>" for part in ARTICLE.split("\n\n")[1:])
    page = f"<html><body><article><h1>Acme under fire</h1>{body}</article>{bomb}</body></html>"
    said = _said(extract(page.encode()))
    assert [name for name, _ in said[:2]] == ["Ann Lee", "Bob Ray"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das Ministerium sagte, dass die Geräte der Firma nicht sicher sind. " * 4, "de"),
        ("La empresa dijo que los equipos no son un riesgo para la red del país. " * 4, "es"),
        ("Министерство заявило, что оборудование компании небезопасно. " * 4, "cyrillic"),
        ("משרד התקשורת הודיע שהציוד של החברה אינו בטוח. " * 4, "hebrew"),
        ("通信省は、同社の機器は安全ではないと述べた。" * 4, "kana"),
    ],
)
def test_other_languages_are_named_and_not_read(text: str, language: str) -> None:
    made = extract(text.encode())
    assert (made.document.language, made.document.supported) == (language, False)
    assert any("not supported" in note for note in made.document.notes)
    assert made.statements == ()
