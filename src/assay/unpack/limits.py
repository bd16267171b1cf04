"""How much an image may cost: bounds on bytes, ratio, files, depth, memory and time.

Reaching a bound is a recorded Problem and makes verdicts inconclusive; it is never a pass.
"""

from assay._kernel.value import Value

MEBIBYTE = 1 << 20


class Limits(Value):
    """Bounds for one image. Sizes are in bytes.

    `stream` bounds what one compressed stream may yield, `ratio` how many times its own size
    (never less than `ratio_floor`); `file` one file; `total` all contents of the image
    together; `memory` the address space of one worker; `seconds` the wall time of one job,
    generous because it is the only bound that depends on the host.
    """

    stream: int = 256 * MEBIBYTE
    ratio: int = 250
    ratio_floor: int = 16 * MEBIBYTE
    file: int = 512 * MEBIBYTE
    total: int = 8192 * MEBIBYTE
    files: int = 500_000
    depth: int = 12
    containers: int = 20_000
    candidates: int = 200_000
    memory: int = 2048 * MEBIBYTE
    seconds: int = 900

    def output(self, stored: int) -> int:
        """Return how many bytes a compressed stream of *stored* bytes may yield."""
        return min(self.stream, max(self.ratio_floor, stored * self.ratio))

    def changed(self) -> dict[str, int]:
        """Return the bounds that are not the usual ones, by name."""
        usual = Limits()
        return {
            name: getattr(self, name)
            for name in self.__struct_fields__
            if getattr(self, name) != getattr(usual, name)
        }
