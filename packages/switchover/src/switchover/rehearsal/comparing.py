"""Are two answers the same? As canonical JSON, without what may differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from switchover.contract import pointer
from switchover.rollout.record.reading import canonical, parsed

_ANY = "*"


def require_pointers(pointers: Sequence[str]) -> None:
    """Raises ValueError for a text that is no JSON Pointer (RFC 6901)."""
    for text in pointers:
        if not text.startswith("/"):
            raise ValueError(
                f"{text!r} is no JSON Pointer to a part of an answer; write /updatedAt, or /items/*/updatedAt"
            )


def plain(answer: Any, varying: Sequence[str]) -> Any:
    """The answer as JSON has it, without what may differ.

    Raises:
        ValueError: it is no JSON.
    """
    value = parsed(canonical(answer))
    for text in varying:
        _drop(value, [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]])
    return value


def places(a: Any, b: Any, path: str = "") -> Iterator[str]:
    """Where two values differ, as JSON Pointers. Values are not told: they may be somebody's."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(a.keys() | b.keys()):
            below = pointer.join(path, name)
            if name in a and name in b:
                yield from places(a[name], b[name], below)
            else:
                yield below
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (mine, theirs) in enumerate(zip(a, b, strict=True)):
            yield from places(mine, theirs, pointer.join(path, index))
    elif canonical(a) != canonical(b):
        yield path or "/"


def _drop(value: Any, parts: list[str]) -> None:
    """Take what a pointer leads to out of a value. Elements of a list become null, so that the others keep their places."""
    part, rest = parts[0], parts[1:]
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value) if part == _ANY else [part] if part in value else []
    elif isinstance(value, list):
        keys = [index for index in range(len(value)) if part in (_ANY, str(index))]
    for key in keys:
        if rest:
            _drop(value[key], rest)
        elif isinstance(value, dict):
            del value[key]
        else:
            value[key] = None
