"""Undocumented access: ways into a program that its interface does not tell of.

Each module looks for one shape; `detect` runs them all over one index. Statements are about
code, never about intent: what reaches where, on which condition, with which effect.
"""
