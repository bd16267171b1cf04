"""VEX: statements of makers and users on whether a known flaw matters in a product."""
