"""Descriptions of language packages: where the name stands, and what is refused."""

from hypothesis import given, strategies as st

from assay.inventory.kinds.language_packages import examine

NODE = b'{\n  "version": "1.2.3",\n  "name": "left-pad"\n}\n'


def test_the_span_covers_name_and_version() -> None:
    text = b"Metadata-Version: 2.1\nName: requests\nVersion: 2.28.1\nSummary: x\n"
    facts = examine(text)
    assert facts is not None
    shown = text[facts.span.offset : facts.span.offset + facts.span.length]
    assert shown == b"Name: requests\nVersion: 2.28.1"
    facts = examine(NODE)
    assert facts is not None
    assert NODE[facts.span.offset :][: facts.span.length] == b'"left-pad"'


@given(st.text(max_size=80) | st.sampled_from(["{", "package = '", "Manifest-Version:", "[" * 999]))
def test_hostile_text(text: str) -> None:
    facts = examine(text.encode())
    assert facts is None or facts.name
