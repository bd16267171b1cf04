"""How many articles a second the extraction reads on one core.

Run: `python benchmarks/claims_speed.py [FILE …]`. Without files, articles of about 4,600
characters are put together from the gold texts, which are several times denser in speech than
ordinary news; the bar is for these. A second line is for the gold texts with paragraphs of plain
prose (`claims_prose.txt`) between theirs: about as much speech as news has. Process time is
counted, the best of several rounds; a fixed loop of the same run says how fast the machine was.
"""

import gc
import sys
import time
from itertools import cycle
from pathlib import Path

from assay.claims.extract import extract
from assay.claims.scoring import read_gold

HERE = Path(__file__).resolve().parent
GOLD = HERE.parent / "tests" / "claims" / "gold"
PROSE = HERE / "claims_prose.txt"
ARTICLE, ROUNDS, LOOPS = 4600, 15, 1_000_000
BAR = 200


def main() -> int:
    """Print articles per second and the time of the loop; return 1 below the bar."""
    if len(sys.argv) > 1:
        rate = _measure("files", [Path(name).read_bytes() for name in sys.argv[1:]])
    else:
        gold = _gold()
        rate = _measure("gold texts, dense in speech (bar 200)", _articles(gold))
        _measure("gold texts amid plain prose, ordinary density", _articles(_diluted(gold)))
    print(f"loop of {LOOPS}: {min(_loop() for _ in range(5)) * 1000:.0f} ms")
    return int(rate < BAR)


def _measure(what: str, texts: list[bytes]) -> float:
    """Print what *texts* hold and how fast they are read; return articles per second."""
    for text in texts:
        extract(text)
    gc.collect()
    gc.freeze()
    statements = sum(len(extract(text).statements) for text in texts)
    seconds = min(_round(texts) for _ in range(ROUNDS))
    gc.unfreeze()
    characters = sum(map(len, texts))
    rate = characters / seconds / ARTICLE
    print(f"{what}: {len(texts)} texts, {characters} bytes")
    print(f"  {statements * ARTICLE / characters:.0f} statements in {ARTICLE} bytes")
    print(
        f"  {rate:.0f} articles of {ARTICLE} bytes per second and core,"
        f" {statements / seconds:.0f} statements per second"
    )
    return rate


def _gold() -> list[str]:
    return [
        text.text.partition("\n")[2]
        for half in ("development", "measured")
        for text in read_gold(GOLD / f"{half}.txt")
    ]


def _diluted(texts: list[str]) -> list[str]:
    """Return *texts* with a paragraph of plain prose behind each of theirs."""
    prose = cycle(PROSE.read_text("utf-8").split("\n\n"))
    return [
        "\n\n".join(f"{part}\n\n{next(prose).strip()}" for part in text.split("\n\n"))
        for text in texts
    ]


def _articles(texts: list[str]) -> list[bytes]:
    found, current = [], ""
    for text in texts:
        current += text + "\n\n"
        if len(current) >= ARTICLE:
            found.append(current.encode())
            current = ""
    return found


def _round(texts: list[bytes]) -> float:
    start = time.process_time()
    for text in texts:
        extract(text)
    return time.process_time() - start


def _loop() -> float:
    start, total = time.process_time(), 0
    for number in range(LOOPS):
        total += number & 3
    return time.process_time() - start


if __name__ == "__main__":
    raise SystemExit(main())
