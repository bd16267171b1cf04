"""How many articles a second the extraction reads on one core.

Run: `python benchmarks/claims_speed.py [FILE …]`. Without files, articles of about 4,600 bytes
(some 770 words) are put together. The first line, which the bar is for, is about as dense in
speech as news is: gold texts with paragraphs of plain prose (`claims_prose.txt`) between theirs.
The second is for the gold texts alone, several times denser. As news does, every round brings
names that were not met before, in words that mostly were. Process time is counted, the best and
the middle of several rounds; a fixed loop of the same run says how fast the machine was.
"""

import calendar
import gc
import re
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
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
CALENDAR = {*calendar.day_name, *calendar.month_name}


def main() -> int:
    """Print articles per second and the time of the loop; return 1 below the bar."""
    if len(sys.argv) > 1:
        rate = _measure("files", [Path(name).read_bytes() for name in sys.argv[1:]])
    else:
        gold = _gold()
        ordinary, dense = _articles(_diluted(gold)), _articles(gold)
        rate = _measure("gold texts amid plain prose, ordinary density (bar 200)", ordinary)
        _measure("gold texts alone, dense in speech", dense)
    print(f"loop of {LOOPS}: {min(_loop() for _ in range(5)) * 1000:.0f} ms")
    return int(rate < BAR)


def _measure(what: str, texts: list[bytes]) -> float:
    """Print what *texts* hold and how fast they are read; return articles per second."""
    for text in texts:
        extract(text)
    gc.collect()
    gc.freeze()
    statements = sum(len(extract(text).statements) for text in texts)
    rounds = sorted(_round([_renamed(text, number) for text in texts]) for number in range(ROUNDS))
    gc.unfreeze()
    size = sum(map(len, texts))
    best, middle = rounds[0], rounds[ROUNDS // 2]
    rate = size / best / ARTICLE
    print(f"{what}: {len(texts)} texts, {size} bytes")
    print(f"  {statements * ARTICLE / size:.0f} statements in {ARTICLE} bytes")
    print(
        f"  {rate:.0f} articles of {ARTICLE} bytes per second and core"
        f" (middle of {ROUNDS} rounds: {size / middle / ARTICLE:.0f}),"
        f" {statements / best:.0f} statements per second"
    )
    print(f"  as they are, {len(texts) / best:.0f} texts of {size // len(texts)} bytes per second")
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


def _renamed(text: bytes, number: int) -> bytes:
    """Return *text* with other names, as long as before: their last letters tell the round."""
    read = text.decode("utf-8")
    ending = chr(ord("a") + number // 26) + chr(ord("a") + number % 26)
    names = {one for one in NAME.findall(read) if one not in CALENDAR}
    known = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")
    return known.sub(lambda name: name[0][:-2] + ending, read).encode() if names else text


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
