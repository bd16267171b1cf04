"""The whole extraction: the two annotated pages, purity, nested speech, answers, odd input."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read here

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from assay.claims.extract import extract
from assay.claims.reading.metadata import Hints
from assay.claims.records import Extraction, Statement
from assay.errors import UnreadableInput


def _annotation() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "claims_documents", Path(__file__).with_name("documents.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ANNOTATION = _annotation()


def _pages(corpus: Path) -> tuple[Extraction, Extraction]:
    folder = corpus.parent / "documents"
    if not folder.is_dir():
        pytest.skip("the two sample pages are not beside the corpus")
    names = ("global-times-2020-07-16.txt", "sputnik-2019-05.txt")
    first, second = (extract((folder / name).read_bytes(), Hints(name=name)) for name in names)
    return first, second


def _names(extraction: Extraction, one: Statement) -> tuple[str, ...]:
    actors = {actor.id: actor.name for actor in extraction.actors}
    return tuple(actors[link.actor] for link in one.chain)


def _holding(extraction: Extraction, words: str, chain: tuple[str, ...]) -> Statement | None:
    for one in extraction.statements:
        text = " ".join(span_text(one))
        if words in text and len(one.chain) == len(chain):
            return one
    return None


def span_text(one: Statement) -> list[str]:
    return [one.content.text.replace("\u00a0", " ")]


def test_every_annotated_item_is_found(corpus: Path) -> None:
    global_times, sputnik = _pages(corpus)
    wrong = []
    for extraction, items in (
        (global_times, ANNOTATION.GLOBAL_TIMES),
        (sputnik, ANNOTATION.SPUTNIK),
    ):
        for item in items:
            one = _holding(extraction, item.words, item.chain) or _whole(extraction, item.words)
            if one is None:
                wrong.append((item.name, "not found"))
                continue
            if _names(extraction, one) != item.chain:
                wrong.append((item.name, str(_names(extraction, one))))
            if one.act not in item.acts:
                wrong.append((item.name, one.act))
            if one.evidence.kind != item.evidence:
                wrong.append((item.name, one.evidence.kind))
    assert wrong == []


def _whole(extraction: Extraction, words: str) -> Statement | None:
    """Find words beyond the excerpt through the claim whose assertion holds them."""
    by_id = {one.id: one for one in extraction.statements}
    for claim in extraction.claims:
        if words.split(",", maxsplit=1)[0] in claim.text or claim.kind == "clean-network":
            return by_id[claim.assertions[-1].statement]
    return None


def test_at_most_two_statements_are_extra(corpus: Path) -> None:
    global_times, sputnik = _pages(corpus)
    assert len(global_times.statements) <= 16 + 2
    assert len(sputnik.statements) <= len(ANNOTATION.SPUTNIK)


def test_the_annotated_measures_are_found(corpus: Path) -> None:
    found = [one for extraction in _pages(corpus) for one in extraction.measures]
    for name, kind, authority, target in ANNOTATION.MEASURES:
        hit = [one for one in found if one.kind == kind and one.authority == authority]
        assert any(target in one.target for one in hit), name


def test_documents_know_publisher_and_date(corpus: Path) -> None:
    global_times, sputnik = (extraction.document for extraction in _pages(corpus))
    assert (global_times.publisher.value, global_times.published.date) == (
        "Global Times",
        "2020-07-16",
    )
    assert (sputnik.publisher.value, sputnik.published.date) == ("Sputnik", "2019-05")
    assert sputnik.published.precision == "month"


def test_denials_answer_the_right_allegations(corpus: Path) -> None:
    _, sputnik = _pages(corpus)
    by_id = {one.id: one for one in sputnik.statements}
    answered = {
        _names(sputnik, one)[0]: _names(sputnik, by_id[one.responds_to])[0]
        for one in sputnik.statements
        if one.responds_to
    }
    assert answered == {"China": "Mike Pompeo", "Huawei": "Several countries"}


def test_offsets_lead_back_to_the_bytes(corpus: Path) -> None:
    folder = corpus.parent / "documents"
    for extraction, name in zip(
        _pages(corpus), ("global-times-2020-07-16.txt", "sputnik-2019-05.txt"), strict=True
    ):
        data = (folder / name).read_bytes()
        for one in extraction.statements:
            part = data[one.spans.content[0].start : one.spans.content[0].end].decode()
            assert " ".join(part.split())[:40] == one.content.text[:40]
            source = one.spans.source
            assert source is not None
            assert data[source.start : source.end].decode().split() == one.chain[-1].mention.split()


def test_the_same_bytes_give_the_same_records() -> None:
    text = b'Mary Jones said the router was safe. "It is," she added.\n'
    assert extract(text) == extract(text)


def test_what_a_speaker_takes_up_is_answered() -> None:
    text = (
        'The ban is "a dirty trick," spokeswoman Ann Lee said on Monday, responding to Minister '
        "Bob Ray's claim that Acme equipment is a threat."
    )
    made = extract(text.encode())
    outer = next(one for one in made.statements if len(one.chain) == 1)
    inner = next(one for one in made.statements if len(one.chain) == 2)
    assert outer.responds_to == inner.id
    assert _names(made, inner) == ("Ann Lee", "Bob Ray")


@pytest.mark.parametrize(
    ("data", "language"),
    [
        (b"", "und"),
        (b"   \n\n\t\n", "und"),
        ("Die Regierung hat nicht gesagt, dass die Geräte von der Firma unsicher sind. " * 3, "de"),
        ("Le gouvernement a dit que les équipements de la société ne sont pas sûrs. " * 3, "fr"),
        ("Правительство заявило, что оборудование компании небезопасно. " * 3, "cyrillic"),
        ("قالت الحكومة إن معدات الشركة ليست آمنة. " * 3, "arabic"),
        ("政府表示该公司的设备不安全。" * 5, "han"),
    ],
)
def test_other_languages_are_said_to_be_unsupported(data: bytes | str, language: str) -> None:
    made = extract(data if isinstance(data, bytes) else data.encode())
    assert made.document.language == language
    assert not made.document.supported
    assert made.document.notes
    assert made.statements == ()


def test_binary_is_refused() -> None:
    with pytest.raises(UnreadableInput):
        extract(bytes(range(256)) * 40)


@pytest.mark.parametrize(
    "text",
    [
        '"' * 5000 + " the man said that it was so and it is",
        "‘" * 3000 + "the firm said it was the best of all of them’" * 20,
        "The firm said \u202ethat the gear was safe\u202c and the others were not.",
        "the of and to in that is was " * 40_000,
        "He said " * 20_000 + "that it was so.",
        "A, " * 20_000 + "said the man to the others in the room.",
        "(" * 10_000 + " the firm said that it was " + ")" * 10_000,
    ],
    ids=["quotes", "single", "direction", "long line", "cues", "commas", "brackets"],
)
def test_odd_text_neither_fails_nor_hangs(text: str) -> None:
    made = extract(text.encode())
    assert len(made.statements) <= 5000
    assert all(len(one.content.text) <= 300 for one in made.statements)


def test_a_line_of_a_megabyte_is_read_with_a_bound() -> None:
    line = 'The minister said that the equipment was safe. "It is not," the other said. ' * 14_000
    made = extract(line.encode())
    assert 0 < len(made.statements) <= 5000


def test_latin_1_and_utf_16_read_like_utf_8() -> None:
    text = (
        "Mr José Núñez said the café’s router wasn’t safe. The firm denied it and said no more.\n"
    )
    plain = extract(text.encode())
    wide = extract(text.encode("utf-16"))
    old = extract(text.replace("’", "'").encode("latin-1"))
    assert [one.content.text for one in wide.statements] == [
        one.content.text for one in plain.statements
    ]
    assert old.document.encoding == "cp1252"
    assert [one.chain[0].mention for one in old.statements] == [
        "Mr José Núñez",
        "The firm",
        "The firm",
    ]


def test_a_pronoun_means_who_spoke_last_though_nameless() -> None:
    made = extract(
        b"Minister Bob Ray criticised Acme on Monday. He is worried.\n\n"
        b'"The R700 has no hidden accounts," an Acme spokesman said. "No Acme product contains '
        b'default passwords," he added.\n'
    )
    names = {actor.id: actor.name for actor in made.actors}
    assert [names[one.chain[0].actor] for one in made.statements][-2:] == ["an Acme spokesman"] * 2
    assert made.statements[-1].act == "deny"


def test_a_pronoun_means_who_found_it() -> None:
    made = extract(
        b"A firm's modems could be controlled by anyone, a security researcher has warned.\n\n"
        b"Tom Ashby, of the consultancy Redfern Labs, found that the modems took commands "
        b'without a password. "I stopped there," he said.\n'
    )
    names = {actor.id: actor.name for actor in made.actors}
    assert names[made.statements[-1].chain[0].actor] == "Tom Ashby"
