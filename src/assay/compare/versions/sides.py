"""One version as the view needs it: its evaluation, and the inventory behind that."""

from dataclasses import dataclass

from assay.inventory.image import Inventory
from assay.model.result import Evaluation


@dataclass(frozen=True, slots=True)
class Side:
    """An evaluation and the inventory that it was drawn from."""

    evaluation: Evaluation
    image: Inventory
