"""Runs the command line as `python -m assay`."""

from assay.cli import process

process()
