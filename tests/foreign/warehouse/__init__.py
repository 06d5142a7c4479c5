"""OpenAPI 3.1 in JSON: every style of parameters, several successes with bodies of their own, inline schemas, `const`."""
