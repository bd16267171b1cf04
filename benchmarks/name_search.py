"""Search 10,000 names in 100,000 parties on two cores, index built from nothing.

Bar: at most 60 s. The parties are made of the organisation names of the MA-L table that ships with
Assay, varied by words of the same table; every tenth query is a misspelt party that must be found.
Run: python benchmarks/name_search.py
"""

import json
import sys
import time

from assay.supply.addresses import organisations
from assay.supply.names.compare import calibration
from assay.supply.names.index import NameIndex
from assay.supply.names.search import search_all

PARTIES = 100_000
QUERIES = 10_000


def parties() -> list[str]:
    """Return 100,000 different names of organisations."""
    real = sorted(set(organisations()))
    words = sorted({word for name in real for word in name.split() if len(word) > 4})
    names = dict.fromkeys(real)
    number = 0
    while len(names) < PARTIES:
        base = real[number * 7919 % len(real)]
        extra = words[number * 104_729 % len(words)]
        names.setdefault(f"{extra} {base}")
        number += 1
    return list(names)[:PARTIES]


def queries(names: list[str]) -> list[tuple[str, int]]:
    """Return 10,000 queries with the position that must be found, -1 where none must."""
    made = []
    for number in range(QUERIES):
        position = number * 9973 % len(names)
        name = names[position]
        if number % 10:
            other = names[number * 31 % len(names)].split()
            made.append((" ".join([*name.split()[:1], *other[-2:]]), -1))
        else:
            middle = len(name) // 2
            made.append((name[:middle] + name[middle + 1 :], position))
    return made


def main() -> int:
    """Print the figures; 1 when the bar is missed."""
    names = parties()
    asked = queries(names)
    start = time.perf_counter()
    index = NameIndex(names)
    built = time.perf_counter() - start
    answers = search_all([q for q, _ in asked], index, at_least=calibration().review, workers=2)
    total = time.perf_counter() - start
    wanted = [
        (position, answer)
        for (_, position), answer in zip(asked, answers, strict=True)
        if position >= 0
    ]
    found = sum(any(position == place for _, place in answer) for position, answer in wanted)
    figures = {
        "parties": len(names),
        "queries": len(asked),
        "index_s": round(built, 1),
        "total_s": round(total, 1),
        "ms_a_query": round((total - built) / len(asked) * 1000, 2),
        "misspelt_found": f"{found}/{len(wanted)}",
    }
    print(json.dumps(figures, indent=2))
    return 0 if total <= 60 else 1


if __name__ == "__main__":
    sys.exit(main())
