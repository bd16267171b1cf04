"""What functions gain: by a call, by a text, by what they call."""

import numpy as np
import pytest

from assay.code.access.gains import FADING, GAINS, SENSITIVE, gains_of
from assay.code.access.handled import handled_texts
from assay.code.access.own import own_functions


def gains(index):
    own = np.zeros(len(index.functions) + 1, dtype=np.bool_)
    own[own_functions(index)] = True
    found = gains_of(index.network, own, handled_texts(index, own))
    return {int(index.functions.starts[one]): gain for one, gain in found.items()}


def test_a_command_is_gained_where_it_is_run(way, program, places):
    index = program("notes")
    main = places[f"{way}-notes"]["main"]
    found = gains(index)[main]
    assert (found.weight, found.words) == (GAINS["system"], "system is called")
    assert int(index.owner[found.row]) == index.network.function_at(main)


def test_what_is_called_counts_less(way, program, places):
    index = program("console")
    found = gains(index)
    main = found[places[f"{way}-console"]["main"]]
    assert main.weight in (GAINS["fopen"], GAINS["fopen"] * FADING // 100)
    assert places[f"{way}-console"]["permitted"] not in found


@pytest.mark.parametrize(
    "text", [b"/dev/mtd3", b"/etc/shadow", b"/bin/sh", b"telnetd -l /bin/sh", b"sh -c %s"]
)
def test_texts_of_privileged_acts(text):
    assert SENSITIVE.search(text)


@pytest.mark.parametrize(
    "text", [b"at least a dash (-) is needed", b"/dev/null", b"/etc/hostname", b"push the button"]
)
def test_texts_of_ordinary_acts(text):
    assert not SENSITIVE.search(text)
