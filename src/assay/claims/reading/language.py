"""Which language a text is in, by its commonest words; only English is read further."""

import re

from assay.claims import lexicon

_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 20_000


def detect(text: str) -> str:
    """Return a two-letter code, the name of a script, or `und` where nothing is clear."""
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script != "latin":
        return script
    words = [word.lower() for word in _WORD.findall(sample)]
    counts = {code: _hits(words, code) for code in lexicon.table("furniture")["language"]}
    best = max(counts, key=lambda code: (counts[code], code == "en", code))
    if not counts[best] or counts[best] * 20 < len(words):
        return "und"
    return "en" if counts["en"] * 10 >= counts[best] * 9 else best


def _hits(words: list[str], code: str) -> int:
    common = lexicon.words("furniture", "language", code)
    return sum(1 for word in words if word in common)


_SCRIPTS = (
    ("cyrillic", 0x0400, 0x052F), ("arabic", 0x0600, 0x06FF), ("hebrew", 0x0590, 0x05FF),
    ("greek", 0x0370, 0x03FF), ("han", 0x4E00, 0x9FFF), ("kana", 0x3040, 0x30FF),
    ("hangul", 0xAC00, 0xD7AF), ("devanagari", 0x0900, 0x097F), ("thai", 0x0E00, 0x0E7F),
)  # fmt: skip


def _script(sample: str) -> str:
    if sample.isascii():
        return "latin"
    counts = {name: 0 for name, _, _ in _SCRIPTS}
    letters = 0
    for char in sample:
        letters += char.isalpha()
        if char <= "\u036f":
            continue
        for name, low, high in _SCRIPTS:
            if low <= ord(char) <= high:
                counts[name] += 1
                break
    best = max(counts, key=lambda name: (counts[name], name))
    return best if counts[best] * 2 > letters else "latin"
