"""How unlikely it is that somebody sends a constant by accident, and what it nearly is.

A text is rare when it mixes kinds of characters as passwords do; a number when its bytes look
drawn by chance. A near miss differs by one or two letters from a published header or verb.
"""

from functools import lru_cache

from assay._kernel import lazy_re
from assay.code.access.numbers import is_address
from assay.code.families import PROTOCOL_WORDS

SHORTEST, KINDS = 6, 3
_NAMELIKE = lazy_re.compile(
    rb"[-/]|[A-Za-z][A-Za-z0-9_]*([.:/-][A-Za-z0-9_]+)+$|[A-Z][a-z]+[ :=]|.* .* "
    rb"|[a-z0-9]+(-[a-z0-9]+)+@[a-z0-9.-]+$|[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$|\$[0-9A-Za-z]{1,8}\$$"
)
"""Paths, options, dotted and hyphened names, sentences; algorithms of SSH (RFC 4251, section 6),
devices of USB and PCI by their numbers, marks of password hashes (crypt(5))."""

_LOWER, _UPPER, _DIGIT, _MARK, _UNPRINTABLE = range(5)


def _kind(code: int) -> int:
    if not 32 <= code < 127:
        return _UNPRINTABLE
    letter = chr(code)
    if letter.isdigit():
        return _DIGIT
    if not letter.isalpha():
        return _MARK
    return _LOWER if letter.islower() else _UPPER


_KINDS = bytes(map(_kind, range(256)))
LONG = 14

_ENCODINGS = (("utf-8", 2), ("gb2312", 4), ("euc_kr", 4), ("euc_jp", 4), ("big5", 6))
"""Encodings and the fewest letters that bytes drawn by chance hardly ever make in them."""
FIRST_FOREIGN = 0x370

_FIELDS = (
    "accept accept-charset accept-encoding accept-language accept-ranges age allow"
    " authorization cache-control connection content-disposition content-encoding"
    " content-language content-length content-location content-range content-type cookie date"
    " etag expect expires forwarded from host if-match if-modified-since if-none-match"
    " if-range if-unmodified-since keep-alive last-modified location max-forwards origin"
    " pragma proxy-authenticate proxy-authorization range referer retry-after server"
    " set-cookie soapaction strict-transport-security te trailer transfer-encoding upgrade"
    " user-agent vary via warning www-authenticate x-forwarded-for x-forwarded-host"
    " x-forwarded-proto x-forwarded-port x-forwarded-server x-real-ip x-requested-with"
    " x-csrf-token x-auth-token x-api-key x-request-id x-http-method-override"
    " sec-websocket-key sec-websocket-version sec-websocket-protocol sec-websocket-accept"
    " sec-fetch-site sec-fetch-mode dnt"
)
HEADERS = tuple(_FIELDS.split())
"""Header fields as the IANA registry and common practice name them."""


def is_rare_text(text: bytes) -> bool:
    """Return whether *text* mixes three kinds of characters, or has unprintable ones."""
    if len(text) < SHORTEST:
        return False
    kinds = set(text.translate(_KINDS))
    if _UNPRINTABLE in kinds:
        return not is_address(text) and not is_foreign(text)
    return len(kinds) >= KINDS and not _NAMELIKE.match(text)


@lru_cache(maxsize=4096)
def is_foreign(text: bytes) -> bool:
    """Return whether *text* is words of a language that is not written with Latin letters."""
    for encoding, fewest in _ENCODINGS:
        try:
            letters = [one for one in text.decode(encoding) if ord(one) >= FIRST_FOREIGN]
        except UnicodeDecodeError:
            continue
        if len(letters) >= fewest and all(map(str.isalpha, letters)):
            return True
    return False


def is_rare_number(data: bytes) -> bool:
    """Return whether the bytes of a number look drawn by chance: all different, none empty."""
    return len(data) >= 4 and len(set(data)) == len(data) and not {0, 255} & set(data)


@lru_cache(maxsize=4096)
def nearly(text: bytes) -> str:
    """Return the published word that *text* differs from by very little, empty when none."""
    word = text.decode("latin-1").strip().rstrip(":").lower()
    if "-" not in word or len(word) < SHORTEST or word in HEADERS or word.upper() in PROTOCOL_WORDS:
        return ""
    allowed = 2 if len(word) >= LONG else 1
    for known in HEADERS:
        if known.startswith(word) or word.startswith(known):
            continue  # a comparison of its first letters only
        close = abs(len(known) - len(word)) <= allowed and known[:2] == word[:2]
        if close and _distance(word, known, allowed) <= allowed:
            return known
    return ""


def _distance(first: str, second: str, most: int) -> int:
    """Return how many letters to insert, drop, change or swap (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for place, letter in enumerate(first, 1):
        last, row_before, before = before, row, row
        row = [place]
        for other, mark in enumerate(second, 1):
            best = min(row_before[other] + 1, row[-1] + 1, row_before[other - 1] + (letter != mark))
            swapped = place > 1 and other > 1 and letter == second[other - 2]
            if swapped and first[place - 2] == mark and last:
                best = min(best, last[other - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
    return row[-1]
