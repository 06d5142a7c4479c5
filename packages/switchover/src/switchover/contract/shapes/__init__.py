"""The form of values: read from schemas, put together, compared."""
