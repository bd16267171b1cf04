"""Bytes, digests, canonical JSON, workers and the cache: nothing here knows about firmware."""
