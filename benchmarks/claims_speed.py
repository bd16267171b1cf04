"""How many articles a second the extraction reads on one core.

Run: `python benchmarks/claims_speed.py [FILE …]`. Without files, articles of about 4,600
characters are put together from the gold texts, which are several times denser in speech than
ordinary news. Process time is counted, the best of several rounds; a fixed loop of the same run
says how fast the machine was.
"""

import gc
import sys
import time
from pathlib import Path

from assay.claims.extract import extract
from assay.claims.scoring import read_gold

GOLD = Path(__file__).resolve().parent.parent / "tests" / "claims" / "gold"
ARTICLE, ROUNDS, LOOPS = 4600, 15, 1_000_000
BAR = 200


def main() -> int:
    """Print articles per second and the time of the loop; return 1 below the bar."""
    files = [Path(name) for name in sys.argv[1:]]
    texts = [file.read_bytes() for file in files] or _articles()
    for text in texts:
        extract(text)
    gc.collect()
    gc.freeze()
    statements = sum(len(extract(text).statements) for text in texts)
    seconds = min(_round(texts) for _ in range(ROUNDS))
    characters = sum(map(len, texts))
    dense = statements * ARTICLE / characters
    print(f"{len(texts)} texts, {characters} bytes, {dense:.0f} statements in {ARTICLE} bytes")
    print(f"{len(texts) / seconds:.0f} texts/s, {characters / seconds / 1000:.0f} kB/s on one core")
    rate = characters / seconds / ARTICLE
    print(f"{rate:.0f} articles of {ARTICLE} bytes per second (bar {BAR})")
    print(f"loop of {LOOPS}: {min(_loop() for _ in range(5)) * 1000:.0f} ms")
    return int(rate < BAR)


def _articles() -> list[bytes]:
    texts = [
        text.text.partition("\n")[2]
        for half in ("development", "measured")
        for text in read_gold(GOLD / f"{half}.txt")
    ]
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
