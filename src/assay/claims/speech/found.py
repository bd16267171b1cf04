"""The attribution: what the rules of speech find in a sentence, before anybody is resolved."""

from msgspec import Struct

from assay.claims.grammar.phrases import Phrase
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import QUOTE

Range = tuple[int, int]
"""Character offsets in the view, the end not included."""


class Attribution(Struct, frozen=True, gc=False):
    """A speaker, the words that say so, and what was said.

    `source` and `cue` are token places in `sentence`; `content` are offsets in the view. `parent`
    is the place in the sentence's list of the attribution that this one stands inside, or -1.
    `confidence` is in permille.
    """

    sentence: Sentence
    source: Phrase | None
    cue: Phrase | None
    content: tuple[Range, ...]
    lemma: str
    group: str
    act: str
    rule: str
    confidence: int
    parent: int = -1
    carried: str = ""

    def source_range(self) -> Range | None:
        """Return where the speaker is mentioned, in characters of the view."""
        if self.source is None:
            return None
        first, last = self.source
        return (self.sentence.starts[first], self.sentence.ends[last])

    def cue_range(self) -> Range | None:
        """Return where the words of speech stand, in characters of the view."""
        if self.cue is None:
            return None
        return (self.sentence.starts[self.cue[0]], self.sentence.ends[self.cue[1]])


def content_of(sentence: Sentence, first: int, last: int) -> Range | None:
    """Return the range of the tokens *first* to *last* without marks at its ends."""
    while (
        first <= last
        and sentence.kinds[first] == 1
        and sentence.words[first] not in {"(", "[", "$", "—"}
    ):
        first += 1
    while (
        last >= first
        and sentence.kinds[last] == 1
        and sentence.words[last] not in {")", "]", "?", "!", "%"}
    ):
        last -= 1
    if last < first:
        return None
    return (sentence.starts[first], sentence.ends[last])


def words_in(sentence: Sentence, first: int, last: int) -> int:
    """Return the number of words from *first* to *last*, those inside quotations included."""
    total = 0
    for place in range(first, last + 1):
        if sentence.kinds[place] == 0:
            total += 1
        elif sentence.kinds[place] == QUOTE:
            total += max(1, (sentence.ends[place] - sentence.starts[place]) // 6)
    return total
