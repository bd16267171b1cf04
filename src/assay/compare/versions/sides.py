"""One version as the view needs it: its evaluation, and the inventory behind that."""

from assay._kernel.value import Value
from assay.inventory.image import Inventory
from assay.model.result import Evaluation


class Side(Value):
    """An evaluation and the inventory that it was drawn from."""

    evaluation: Evaluation
    image: Inventory
