"""The program's own functions are told from the libraries linked behind them."""

import pytest

from assay.code.access.own import _dense, own_functions


def test_a_dynamic_program_is_all_its_own(program, places, way):
    index = program("console")
    own = {int(index.functions.starts[one]) for one in own_functions(index)}
    assert {places[f"{way}-console"][name] for name in ("main", "permitted")} <= own
    assert not own & set(index.stubs)


@pytest.mark.parametrize(
    ("named", "ends"),
    [
        (".....N...........N....NN.N...NN..N..N...NNNN..NN.NN..N.N.N", 22),
        ("NN.........NNNNNN..NN.NNNNNN.NNNNN", 11),
        (".......................", None),
    ],
)
def test_libraries_begin_where_known_functions_stand_close(named, ends):
    flags = [one == "N" for one in named]
    assert next((at for at in range(len(flags)) if _dense(flags, at)), None) == ends
