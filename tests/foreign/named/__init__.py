"""Names in every style: operation ids, parameters that share a name, paths that end in a slash, the root, other scripts."""
