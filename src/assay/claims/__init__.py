"""The register of claims: who said what about equipment, on which evidence, and what bears on it.

`extract` turns a document into records, a `Register` keeps and joins them, `bearing` links them
to test results and measures, `report` shows them. Nothing here says true or false.
"""
