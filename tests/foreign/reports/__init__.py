"""Bodies that are not JSON, media types of which one is taken, bodies that may be left out, and a DELETE with a body."""
