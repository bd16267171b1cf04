"""Progress on standard error: a live line on a terminal, plain lines elsewhere."""

import sys
import time

QUIET_SECONDS = 0.1
PLAIN_SECONDS = 5.0


class Progress:
    """Shows stage, counts and rate. Call it as a `Progress` of the pipeline; then `close`."""

    def __init__(self, *, quiet: bool) -> None:
        self._live = sys.stderr.isatty()
        self._quiet = quiet
        self._stage = ""
        self._started = time.monotonic()
        self._shown = 0.0

    def __call__(self, stage: str, finished: int, known: int, size: int) -> None:
        """Take in where the work stands."""
        if self._quiet:
            return
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started, self._shown = stage, now, 0.0
            if not self._live:
                self._shown = now
                return
        if now - self._shown < (QUIET_SECONDS if self._live else PLAIN_SECONDS):
            return
        self._shown = now
        self._print(finished, known, size, now - self._started)

    def _print(self, finished: int, known: int, size: int, seconds: float) -> None:
        text = self._stage
        if known:
            rate = size / 1e6 / seconds if seconds > 0.05 else 0.0
            text += f"  {finished}/{known} blobs  {size / 1e6:.1f} MB  {rate:.0f} MB/s"
        if self._live:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Remove the live line."""
        if self._live and not self._quiet:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
