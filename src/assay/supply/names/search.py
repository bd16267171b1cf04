"""Many names searched in one index, in several processes where that pays.

The order and the content of the answers do not depend on the number of workers.
"""

import multiprocessing
import signal
import threading
from collections.abc import Sequence

from assay.supply.names.index import Candidate, NameIndex

ALONE_BELOW = 2_000
CHUNK = 250

_shared: dict[str, NameIndex] = {}


def search_all(
    names: Sequence[str], index: NameIndex, *, at_least: int, workers: int = 1
) -> list[list[Candidate]]:
    """Return the candidates of every name, in the order of *names*."""
    if workers < 2 or len(names) < ALONE_BELOW or not _can_fork():
        return [index.search(name, at_least=at_least) for name in names]
    chunks = [(list(names[at : at + CHUNK]), at_least) for at in range(0, len(names), CHUNK)]
    _shared["index"] = index
    try:
        pool = multiprocessing.get_context("fork").Pool(workers, _quietly)
        try:
            answers = pool.map(_search_chunk, chunks, chunksize=1)
            pool.close()
        except BaseException:
            pool.terminate()
            raise
        finally:
            pool.join()
    finally:
        _shared.clear()
    return [answer for part in answers for answer in part]


def _search_chunk(chunk: tuple[list[str], int]) -> list[list[Candidate]]:
    names, at_least = chunk
    return [_shared["index"].search(name, at_least=at_least) for name in names]


def _quietly() -> None:
    """Leave interruptions to the parent, which ends the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _can_fork() -> bool:
    """Return whether forking is safe: with other threads, a lock could stay taken in the child."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
