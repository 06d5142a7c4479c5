"""Schemas put together in every way: compositions, recursion, maps, tuples, formats, references into the middle of others."""
