"""Everything at once, on this machine, with nothing to configure."""
