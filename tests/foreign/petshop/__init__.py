"""OpenAPI 3.0 in many files: paths, schemas and responses referred to, path parameters for all methods, `nullable`, a discriminator."""
