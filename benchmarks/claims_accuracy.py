"""How well the claims rules meet the gold records, and what they miss.

Run: `python benchmarks/claims_accuracy.py [--misses] [FILE …]`. Without files it reads the texts
in tests/claims/gold: the rules were written with `development` and, later, `outlets`, which
varies how speech is attributed; `measured` is only measured.
"""

import argparse
from pathlib import Path

from assay.claims.scoring import Score, read_gold, score

GOLD = Path(__file__).resolve().parent.parent / "tests" / "claims" / "gold"
BARS = {
    "direct recall": 950,
    "statement recall": 800,
    "precision": 850,
    "speaker": 900,
    "act": 800,
    "evidence class": 850,
    "measures": 800,
}


def main() -> int:
    """Print a table of rates in permille; return 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what was not met")
    arguments = parser.parse_args()
    failed = False
    for file in arguments.files or [
        GOLD / f"{name}.txt" for name in ("development", "outlets", "measured")
    ]:
        total, texts = Score(), read_gold(file)
        for text in texts:
            total = total.plus(score(text))
        print(
            f"{file.stem}: {len(texts)} texts, {total.gold} statements, {total.measures} measures"
        )
        for name, value in total.permille().items():
            failed |= value < BARS[name]
            print(f"  {name:<17} {value:>5}  (bar {BARS[name]})")
        if arguments.misses:
            print("\n".join(f"    {line}" for line in total.misses))
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
