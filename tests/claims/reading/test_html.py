"""HTML: offsets into the page, what the page declares, regions, and hostile markup."""

import pytest

from assay.claims.extract import extract
from assay.claims.reading.html import looks_like_html, read_page

PAGE = """<!doctype html><html><head><title>Inquiry - Example News</title>
<meta property="og:site_name" content="Example News">
<meta property="article:published_time" content="2024-03-05T10:00:00Z">
<meta name="author" content="Jo Doe"></head><body>
<nav><a href="/">The home of all the news that you want to read in the morning.</a></nav>
<script>document.write("She said that it was a lie and that it was all over.")</script>
<h1>Regulator opens inquiry</h1>
<p>The regulator said on Tuesday that it had opened an inquiry &amp; would not stop.</p>
<p>&ldquo;It is not so,&rdquo; spokeswoman Ann Lee said of the <b>Acme</b> routers.</p>
<figcaption>Minister Bob Ray said that it was a router at the fair in the north.</figcaption>
<footer>The publisher said that all of the rights in this are reserved to the firm.</footer>
</body></html>"""


def test_statements_come_from_the_article_with_offsets_into_the_page() -> None:
    made = extract(PAGE.encode())
    assert [one.chain[0].mention for one in made.statements] == [
        "The regulator",
        "spokeswoman Ann Lee",
    ]
    first = made.statements[0].spans.content[0]
    assert PAGE.encode()[first.start : first.end].decode() == (
        "it had opened an inquiry &amp; would not stop"
    )


def test_what_the_page_declares_is_used() -> None:
    document = extract(PAGE.encode()).document
    assert (document.publisher.value, document.publisher.basis) == ("Example News", "page-metadata")
    assert (document.author.value, document.published.date) == ("Jo Doe", "2024-03-05")
    assert document.title == "Regulator opens inquiry"


def test_scripts_are_no_text() -> None:
    assert "lie" not in read_page(PAGE).text


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000 + "<p>The man said that it was so and not so.</p>",
        "<" * 100_000,
        "&" * 100_000,
        "<p " + "a=b " * 50_000 + ">The man said that it was so.",
        "<!--" + "x" * 100_000,
        "<p>" + "&#99999999;" * 20_000,
        "<table>" * 5000 + "<script>" * 5000,
    ],
    ids=["deep", "angles", "ampersands", "attributes", "comment", "entities", "unclosed"],
)
def test_bombs_neither_fail_nor_hang(bomb: str) -> None:
    made = extract(("<!doctype html><html><body>" + bomb).encode())
    assert len(made.statements) <= 5


def test_plain_text_is_not_taken_for_html() -> None:
    assert not looks_like_html("He said that 3 < 4 and that 5 > 4, and so on.")
