"""Two programs: aligned functions, an address map, and a proof that every reference follows it.

`compare_programs` runs the steps; each is a module of its own.
"""
