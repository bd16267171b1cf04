"""Every error that Assay raises on purpose.

AssayError
├── UsageError            the request cannot be carried out as it stands
│   ├── UnreadableInput   the input is missing, unreadable or of a kind that cannot be evaluated
│   └── UnknownName       no such check, profile, format, key or path
├── BrokenBundle          a bundle is damaged, altered or not a bundle
└── StorageError          the host has no room or no right to write
"""


class AssayError(Exception):
    """Base of all deliberate errors; carries one sentence of advice.

    `str(error)` is the message alone; the command line prints the advice below it.
    """

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class UsageError(AssayError):
    """The request cannot be carried out as it stands."""


class UnreadableInput(UsageError):
    """The input is missing, unreadable or of a kind that cannot be evaluated."""


class UnknownName(UsageError):
    """No such check, profile, format, key or path."""


class BrokenBundle(AssayError):
    """A bundle is damaged, altered or not a bundle."""


class StorageError(AssayError):
    """The host has no room or no right to write."""
