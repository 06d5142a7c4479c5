"""Names on the contract's side."""

from __future__ import annotations


def camel(name: str) -> str:
    """`get_trip` as `getTrip`."""
    first, *rest = [word for word in name.split("_") if word] or [name]
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def pascal_of_code(code: str) -> str:
    """`not_found` as `NotFound`."""
    return "".join(word.capitalize() for word in code.split("_"))
