"""Numbers and words as people read them, the same in every section."""

from assay.report.markup import Markup, tag


def size_text(size: int) -> str:
    """Return *size* bytes for people: `512 B`, `3.5 MB`; integer arithmetic only."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            tenths = (size * 10 + factor // 2) // factor
            return f"{tenths // 10}.{tenths % 10} {unit}"
    return f"{size} B"


def percent(part: int, whole: int) -> str:
    """Return *part* of *whole* in percent with one decimal."""
    tenths = part * 1000 // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10} %"


def plural(count: int, one: str, many: str = "") -> str:
    """Return *count* with the fitting form of the noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def badge(word: str) -> Markup:
    """Return a verdict, outcome or severity as a coloured label that also reads in print."""
    return tag("span", word, class_=f"badge {word}")
