"""Isolated execution of single functions: shows that an input reaches what a finding names.

A small interpreter per instruction set, modelled library calls, and a search for the input
(`confirm.confirmed`). Nothing of the program runs on the host, and nothing is opened or sent.
"""
