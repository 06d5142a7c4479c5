"""The same story in-process and over HTTP, side by side."""
