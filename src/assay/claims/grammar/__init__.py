"""Sentences without a parser: quotations as single tokens, words by closed classes."""
