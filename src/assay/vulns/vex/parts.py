"""Parts of a VEX document that may be of any type: taken as text, list or mapping, else empty."""

from typing import Any

LONGEST = 500
MOST = 100_000


def text(value: object) -> str:
    """Return *value* when it is text, on one line and at most 500 characters."""
    return " ".join(value[: LONGEST * 4].split())[:LONGEST] if isinstance(value, str) else ""


def mapping(value: object) -> dict[str, Any]:
    """Return *value* when it is a JSON object."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the JSON objects of the array *value*."""
    listed = value[:MOST] if isinstance(value, list) else []
    return [one for one in listed if isinstance(one, dict)]


def texts(value: object) -> list[str]:
    """Return the strings of the array *value*."""
    listed = value[:MOST] if isinstance(value, list) else []
    return [text(one) for one in listed if isinstance(one, str)]
