"""How many processors there are to use: apart from `workers`, which takes long to load."""

import os

MOST = 8


def available_processors() -> int:
    """Return how many processors this process may use, at most eight."""
    return min(MOST, len(os.sched_getaffinity(0)))
