"""Assay: a testing centre for network-equipment firmware, in software.

What this module exports is the public interface; everything below it may change.
"""

__version__ = "0.1.0"
