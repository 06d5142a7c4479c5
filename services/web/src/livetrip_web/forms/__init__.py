"""What people type, and what becomes of it."""
