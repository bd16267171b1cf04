"""Bills of materials: what goes into one, the forms of SPDX, and the comparison with a vendor's."""
