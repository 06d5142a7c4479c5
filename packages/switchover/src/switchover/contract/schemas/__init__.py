"""JSON Schema as OpenAPI 3.0 and 3.1 have it: translated, looked over, compiled, asked."""
