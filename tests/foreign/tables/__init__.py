"""What is refused, by subject."""
