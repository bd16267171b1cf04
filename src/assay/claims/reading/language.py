"""Which language a text is in, by its commonest words; only English is read further."""

import re
from collections import Counter

from assay.claims import lexicon

_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 4_000
_PLAIN = 1_500
_SHORT = 60
_OTHER = re.compile(r"[\u0370-\u1fff\u2e80-\ud7ff]")


def detect(text: str) -> str:
    """Return a two-letter code, the name of a script, or `und` where nothing is clear."""
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script != "latin":
        return script
    if _plainly_english(sample[:_PLAIN]):
        return "en"
    words = _WORD.findall(sample.lower())
    total = len(words)
    english = sum(map(lexicon.words("furniture", "language", "en").__contains__, words))
    if english * 6 > total:
        # No other language here shares so many of its commonest words with English.
        return "en"
    tally = Counter(words)
    counts = {code: _hits(tally, code) for code in lexicon.table("furniture")["language"]}
    best = max(counts, key=lambda code: (counts[code], code == "en", code))
    few = total > _SHORT and counts[best] * 20 < total
    if not counts[best] or few:
        return "und"
    return "en" if english * 10 >= counts[best] * 9 else best


def _plainly_english(sample: str) -> bool:
    """Tell whether a fifth of the words at the beginning are among the commonest of English."""
    words = sample.lower().split()
    common = lexicon.words("furniture", "language", "en")
    return len(words) > _SHORT and sum(map(common.__contains__, words)) * 5 > len(words)


def _hits(words: Counter[str], code: str) -> int:
    return sum(words[word] for word in lexicon.words("furniture", "language", code))


_SCRIPTS = (
    ("cyrillic", 0x0400, 0x052F),
    ("arabic", 0x0600, 0x06FF),
    ("hebrew", 0x0590, 0x05FF),
    ("greek", 0x0370, 0x03FF),
    ("han", 0x4E00, 0x9FFF),
    ("kana", 0x3040, 0x30FF),
    ("hangul", 0xAC00, 0xD7AF),
    ("devanagari", 0x0900, 0x097F),
    ("thai", 0x0E00, 0x0E7F),
)


def _script(sample: str) -> str:
    if sample.isascii():
        return "latin"
    others = _OTHER.findall(sample)
    if len(others) * 20 < len(sample):
        return "latin"
    counts = {name: 0 for name, _, _ in _SCRIPTS}
    letters = sum(1 for char in sample if char.isalpha())
    for char in others:
        for name, low, high in _SCRIPTS:
            if low <= ord(char) <= high:
                counts[name] += 1
                break
    if counts["kana"] * 5 >= counts["han"]:
        # Japanese writes both; so large a share of kana is no quotation in a Chinese text.
        counts["kana"] += counts["han"]
    best = max(counts, key=lambda name: (counts[name], name))
    return best if counts[best] * 2 > letters else "latin"
