"""A module of functions."""

from __future__ import annotations

import functools


class Unavailable(Exception):
    """The item cannot be added."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def add_item(name: str) -> int:
    """Add an item."""
    if not name:
        raise Unavailable(name)
    return len(name)


@functools.lru_cache
def get_item(item_id: int) -> str:
    """Get an item."""
    return f"item {item_id}"


def _not_public(item_id: int) -> int:
    return item_id
