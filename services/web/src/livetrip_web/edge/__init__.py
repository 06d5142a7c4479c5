"""What guards every page: who may ask, from where, with what, and what a browser is told to refuse."""
