"""The one way a decoder fails."""

from assay.unpack.view import NotThisFormat


class DecodeFailure(NotThisFormat):
    """Stored bytes cannot be decoded; `partial` is what came out before the damage."""

    def __init__(self, message: str, partial: bytes = b"") -> None:
        super().__init__(message)
        self.partial = partial
