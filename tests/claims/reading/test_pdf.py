"""PDF through the optional package: text of a small file, and what cannot be read."""

import zlib

import pytest

from assay.claims.extract import extract
from assay.claims.reading.pdf import is_pdf
from assay.errors import UnreadableInput


def make_pdf(lines: list[str]) -> bytes:
    """Return a PDF of one page with *lines* of text."""
    shown = b"".join(b"(%s) Tj T* " % line.encode() for line in lines)
    stream = zlib.compress(b"BT /F1 12 Tf 14 TL 72 720 Td " + shown + b"ET")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


def test_statements_are_read_from_a_pdf() -> None:
    pytest.importorskip("pypdf")
    made = extract(make_pdf(["The regulator said that the router was not safe for the users."]))
    assert made.document.format == "pdf"
    assert made.document.offsets == "extracted-text"
    assert [one.chain[0].mention for one in made.statements] == ["The regulator"]


def test_a_broken_pdf_is_refused() -> None:
    data = b"%PDF-1.7\n" + bytes(range(256)) * 20
    assert is_pdf(data)
    with pytest.raises(UnreadableInput):
        extract(data)
