"""The pages: what is shown at which address, and what a form there does."""
