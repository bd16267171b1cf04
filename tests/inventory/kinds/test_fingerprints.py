"""The kind `fingerprints`: hits become counts, spans and versions; nothing learnt, nothing said."""

import sys
from pathlib import Path

from hypothesis import given, settings, strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "identify"))

from learning import blob, flat, holder, index_of, piece, project, sentences, texts

from assay.inventory.kinds.fingerprints import examine, look_up

INDEX = index_of(project("alpha", ["1.0", "1.1", "1.2"]), project("beta", ["2.0", "2.1"]))


def test_counts_add_up_and_spans_name_the_bytes():
    strings = flat(texts("alpha", "1.1"))
    content = blob(strings)
    facts = look_up(content, INDEX)
    (match,) = facts.matches
    assert match.component == "alpha"
    assert sum(one.count for one in match.hits) == len(strings)
    for span in match.spans:
        assert content[span.offset : span.offset + span.length] == span.text.encode()
    assert facts.features == len(strings)


def test_the_version_in_a_known_sentence_is_read_even_when_it_is_new():
    strings = [one.replace(b"1.1", b"1.7.3") for one in flat(texts("alpha", "1.1"))]
    facts = look_up(blob(strings), INDEX)
    assert [(one.component, one.version) for one in facts.versions] == [("alpha", "1.7.3")]


def test_an_address_is_no_version():
    strings = [b"alpha library version 127.0.0.1 (release)", *texts("alpha", "1.1")[1]]
    assert look_up(blob(strings), INDEX).versions == ()


def bare_index():
    releases = {
        version: [piece("gammad", [*sentences("gammad", 40), version.encode()])]
        for version in ("3.1", "3.2")
    }
    return index_of(holder("gamma", releases), project("alpha", ["1.0", "1.1"]))


def test_a_number_alone_tells_the_version_of_what_the_file_has_most_of():
    index = bare_index()
    body = sentences("gammad", 40)

    def told(*strings):
        facts = look_up(blob([*body, *strings]), index)
        return [(one.component, one.version) for one in facts.versions]

    assert told(b"3.7") == [("gamma", "3.7")]
    assert told(b"9.0") == []
    whole = [one for one in flat(texts("alpha", "1.1")) if b"version" not in one]
    assert told(b"3.7", *whole) == []


def test_nothing_known_is_no_fact():
    assert look_up(blob(sentences("other", 50)), INDEX) is None
    assert examine(b"") is None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes(content):
    look_up(content, INDEX)
    look_up(b"\x7fELF\1\1\1" + content, INDEX)


def weight_of(strings):
    other = project("alpha", ["1.0", "1.1"])
    index = index_of(holder("words", {"1.0": [piece("wordsd", strings)]}), other)
    (match,) = look_up(blob(strings), index).matches
    return match.weight


def test_the_constants_of_one_interface_count_once():
    one = weight_of([b"DLT_EN10MB_WITH_A_LONG_NAME_AND_7", b"no carrier on the interface"])
    many = [f"DLT_EN10MB_WITH_A_LONG_NAME_AND_{place}".encode() for place in range(9)]
    assert weight_of([*many, b"no carrier on the interface"]) == one


def test_the_addresses_of_one_authority_count_once():
    texts = [f"http://example.org/ns/core#{place}".encode() for place in range(20)]
    others = [f"http://{place}.example.org/ns/core#a".encode() for place in range(20)]
    assert weight_of(texts) * 15 < weight_of(others)


def test_a_word_tells_less_than_a_sentence_of_its_length():
    words = [f"connection-{place:02}-of-the-gateway".encode() for place in range(9)]
    spoken = [one.replace(b"-", b" ") for one in words]
    assert weight_of(words) < weight_of(spoken)


def test_the_version_that_callers_of_zlib_hand_to_it_is_not_their_own():
    index = bare_index()
    body = sentences("gammad", 40)

    def told(*strings):
        return [one.version for one in look_up(blob([*body, *strings]), index).versions]

    assert told(b"1.2.8") == ["1.2.8"]
    assert told(b"1.2.8", b"inflateInit2_") == []
    assert told(b"3.1", b"inflateInit2_") == ["3.1"]
