"""Make the tables of supply that come from the IEEE MA-L listing: assignees and word weights.

Development only. Run: python benchmarks/supply_tables.py OUI.TXT, then calibrate_names.py.
"""

import lzma
import math
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from assay.supply.names.prepare import prepare

DATA = Path(__file__).parents[1] / "src/assay/supply/data"
LINE = re.compile(r"([0-9A-F]{6})\s+\(base 16\)\s+(.*)")
RARE = 8
LEAST_WEIGHT = 150


def assignments(path: Path) -> dict[str, str]:
    """Return prefix -> organisation of the listing in *path*."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    found = (match.groups() for line in lines if (match := LINE.match(line)))
    return {prefix: " ".join(name.split()) for prefix, name in found}


def write_assignees(table: dict[str, str]) -> None:
    """Write one line an organisation with its prefixes, packed."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for prefix, name in table.items():
        by_name[name].append(prefix)
    lines = [f"{name}\t{' '.join(sorted(by_name[name]))}\n" for name in sorted(by_name)]
    packed = lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)
    (DATA / "oui.tsv.xz").write_bytes(packed)


def write_weights(names: set[str]) -> None:
    """Write the weight of every word that at least eight organisations share."""
    counts: Counter[str] = Counter()
    for name in names:
        counts.update(set(prepare(name).tokens))
    rarest = math.log(len(names) / RARE)
    rows = [
        (word, max(LEAST_WEIGHT, round(1000 * (math.log(len(names) / count) / rarest) ** 2)))
        for word, count in counts.items()
        if count >= RARE and len(word) > 1 and not word.isdigit()
    ]
    head = (
        f"# word\tweight in permille: squared inverse frequency among {len(names)} organisations\n"
    )
    text = head + "".join(f"{word}\t{weight}\n" for word, weight in sorted(rows))
    (DATA / "token_weights.tsv").write_text(text, encoding="utf-8")


def main() -> None:
    """Write both tables."""
    table = assignments(Path(sys.argv[1]))
    write_assignees(table)
    write_weights(set(table.values()))
    print(f"{len(table)} prefixes of {len(set(table.values()))} organisations")


if __name__ == "__main__":
    main()
