"""An optional statistical reader: learns from texts which sentences carry speech.

An averaged perceptron over words with whole-number weights (Collins 2002), so that training and
use give the same result everywhere. What it adds to the rules is proposed with low confidence.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from assay.claims.grammar.phrases import clause_subject, named_or_speaking
from assay.claims.grammar.sentences import Sentence, split_sentences
from assay.claims.grammar.tokens import WORD
from assay.claims.reading.decode import view
from assay.claims.reading.lines import read_lines
from assay.claims.scoring import GoldText, read_gold
from assay.claims.speech.found import Attribution
from assay.claims.speech.loose import Paragraph
from assay.errors import UnreadableInput, UsageError
from assay.model.record import Record

ROUNDS = 6
MOST_WORDS = 60
Example = tuple[tuple[str, ...], bool]


class Model(Record):
    """Weights of words, how many texts they come from, and how the model did on held-out texts.

    `precision` and `recall` are in permille, over the sentences of every fifth text.
    """

    schema: str
    texts: int
    weights: dict[str, int]
    threshold: int
    precision: int
    recall: int


def train(folder: Path) -> Model:
    """Return a model learnt from the gold files (`*.txt`) in *folder*.

    Raises UnreadableInput when there are none, UsageError when one is not in the gold format.
    """
    files = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    if not files:
        raise UnreadableInput(
            f"there are no annotated texts in {folder}",
            advice="See docs/claims.md for their format.",
        )
    texts: list[GoldText] = []
    for file in files:
        try:
            texts += read_gold(file)
        except (ValueError, IndexError) as error:
            raise UsageError(
                f"{file.name}: {error}",
                advice="See docs/claims.md for the format of annotated texts.",
            ) from error
    learnt = [
        example for place, text in enumerate(texts) if place % 5 for example in examples(text)
    ]
    held = [
        example for place, text in enumerate(texts) if place % 5 == 0 for example in examples(text)
    ]
    weights = _perceptron(learnt)
    precision, recall = _measure(weights, held)
    return Model(
        schema="assay-claims-model/1",
        texts=len(texts),
        weights=weights,
        threshold=0,
        precision=precision,
        recall=recall,
    )


def examples(text: GoldText) -> Iterator[Example]:
    """Yield, for each sentence of *text*, its features and whether it holds somebody's words."""
    shown = view(text.text)
    for line in read_lines(shown):
        if line.role != "body":
            continue
        for sentence in split_sentences(shown, line.start, line.end):
            yield (
                features(sentence),
                any(
                    one.start < sentence.end and sentence.start < one.end for one in text.statements
                ),
            )


def features(sentence: Sentence) -> tuple[str, ...]:
    """Return the features of *sentence*: its words, its pairs of words, whether it quotes."""
    words = [
        word for word, kind in zip(sentence.words, sentence.kinds, strict=True) if kind == WORD
    ][:MOST_WORDS]
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    return tuple(dict.fromkeys([*words, *pairs, *(["\x01"] if sentence.quotes else []), "\x02"]))


def propose(model: Model, paragraphs: list[Paragraph]) -> None:
    """Add to *paragraphs* the sentences that the model takes for speech and no rule has read."""
    for paragraph in paragraphs:
        for place, sentence in enumerate(paragraph.sentences):
            if (
                paragraph.found[place]
                or _score(model.weights, features(sentence)) <= model.threshold
            ):
                continue
            subject = clause_subject(sentence, sentence.size)
            if subject and named_or_speaking(sentence, subject) and sentence.size > 4:
                content = (
                    ((sentence.starts[subject[1] + 1], sentence.end),)
                    if subject[1] + 1 < sentence.size
                    else ()
                )
                if content:
                    paragraph.found[place].append(
                        Attribution(
                            sentence,
                            subject,
                            None,
                            content,
                            "",
                            "model",
                            "assert",
                            "model.sentence",
                            300,
                        )
                    )


def _perceptron(learnt: list[Example]) -> dict[str, int]:
    weights: dict[str, int] = {}
    totals: dict[str, int] = {}
    step = 0
    for _ in range(ROUNDS):
        for words, speech in learnt:
            step += 1
            if (_score(weights, words) > 0) != speech:
                change = 1 if speech else -1
                for word in words:
                    weights[word] = weights.get(word, 0) + change
                    totals[word] = totals.get(word, 0) + change * step
    # Averaging: a weight learnt early counts for all the steps it has held.
    averaged = {word: weight * (step + 1) - totals[word] for word, weight in weights.items()}
    return {word: value for word, value in sorted(averaged.items()) if value}


def _score(weights: dict[str, int], words: tuple[str, ...]) -> int:
    return sum(weights.get(word, 0) for word in words)


def _measure(weights: dict[str, int], held: list[Example]) -> tuple[int, int]:
    taken = [(_score(weights, words) > 0, speech) for words, speech in held]
    right = sum(1 for said, speech in taken if said and speech)
    return right * 1000 // max(1, sum(1 for said, _ in taken if said)), right * 1000 // max(
        1, sum(1 for _, speech in taken if speech)
    )
