"""What the repository needs to look after itself; not part of any package."""
