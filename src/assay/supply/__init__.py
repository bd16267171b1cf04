"""Supply: who is restricted, by which law, for whom, on which day; what that means for a network.

The only part of Assay that looks at vendors' names and countries, and it says whose law it applies.
Works offline on shipped measures and on lists that the user imported.
"""

from assay.supply.answers import Question, ScreeningReport, Subject
from assay.supply.network_answers import NetworkReport
from assay.supply.networks import network
from assay.supply.screening import screen

__all__ = ["NetworkReport", "Question", "ScreeningReport", "Subject", "network", "screen"]
