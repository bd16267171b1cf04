"""The shortcut from a machine to the file with its instruction set leads where the search does."""

import importlib

from assay.code.isa import HOMES, all_isas


def test_every_machine_has_the_home_that_defines_it():
    machines = {machine for isa in all_isas() for machine in isa.machines}
    assert machines == set(HOMES)
    for machine, home in HOMES.items():
        defined = importlib.import_module(f"assay.code.isa.{home}").ISAS
        wanted = [isa.name for isa in all_isas() if machine in isa.machines]
        assert [isa.name for isa in defined if machine in isa.machines] == wanted
