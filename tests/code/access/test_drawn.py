"""The rules for one text, asked of many texts at once."""

from hypothesis import example, given, strategies

from assay.code.access import drawn
from assay.code.access.drawn import ODD, RARE, SECRETIVE, drawn_texts

LETTERS = strategies.sampled_from(
    [bytes((one,)) for one in b"abqwertyuZ0123459-_./: =%lsdx#$;\n\x07"]
)
PIECES = strategies.sampled_from(
    [
        b"%08lx",
        b"0123456",
        b"abcdefg",
        b"QwErTyU",
        b"$6$",
        b"x.y",
        b"ab-c9@d.e",
        b"0a1B:9f0c",
        b"-a1",
        b"@",
    ]
)
TEXTS = strategies.lists(LETTERS | PIECES, min_size=1, max_size=14).map(b"".join)
ANY = strategies.binary(min_size=1, max_size=40).map(lambda one: one.replace(b"\0", b"\xff"))


@given(strategies.lists(TEXTS | ANY, max_size=8))
@example([b"%l%x", b"%%d", b"%-5.3dx", b"%s", b"x%lu", b"\n\n\n\n\n\n"])
@example(
    [b"Abc 12", b"Ab=12#", b"A:b-c/9_", b"A:b-c/", b"A::b9_", b"a b c#9Z", b"-aZ9#;", b"Ab: 9z"]
)
@example([b"k7#Vq!93Lm", b"$abcdefg1$Z#", b"$abcdefgh12$Z#", b"K7#v" * 8, b"K7#v" * 8 + b"x"])
@example(
    [b"sk-a-b9@c.d", b"a--b@c", b"a-b@", b"-a-b@c", b"1376:4e61", b"1376:4e6g", b"$apr1$", b"$$"]
)
@example([b"\xff\xff\xffabc", b"\xff\xffabcd", b"a\tbcdef", b"\x07bcdef", b"\x07bcdef:"])
def test_one_text_and_many_are_judged_alike(spoken, texts):
    found = drawn_texts(spoken(*texts)).tolist()
    assert found == [drawn._bits(text) for text in texts]


def test_bits_of_texts(spoken):
    texts = spoken(b"status", b"Ab3,Cd", b"%s%s!", b"k7#Vq!93Lm")
    assert drawn_texts(texts).tolist() == [0, RARE, ODD, RARE | ODD | SECRETIVE]
