"""Where two Python values differ, by JSON Pointer; and which mutable objects they are made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel


def differences(a: Any, b: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Pointer and description of every difference. Types count: a tuple is not a list, a bool is not an int. Values are not shown."""
    if a is b:
        return
    if type(a) is not type(b):
        yield path, f"is {_a(a)}, and would arrive as {_a(b)}"
    elif members := _members(a):
        yield from _by_name(dict(members), dict(_members(b)), path)
    elif isinstance(a, list | tuple):
        yield from _by_index(a, b, path)
    elif isinstance(a, Mapping):
        yield from _by_name(
            {str(key): value for key, value in a.items()}, {str(key): value for key, value in b.items()}, path
        )
    elif isinstance(a, datetime) and a == b and a.utcoffset() != b.utcoffset():
        yield path, "would arrive with another offset"
    elif a != b:
        yield path, f"is {_a(a)} that would arrive changed"


def _by_index(a: Any, b: Any, path: str) -> Iterator[tuple[str, str]]:
    if len(a) != len(b):
        yield path, f"has {len(a)} elements, and would arrive with {len(b)}"
        return
    for index, (mine, theirs) in enumerate(zip(a, b, strict=True)):
        yield from differences(mine, theirs, f"{path}/{index}")


def _by_name(a: dict[str, Any], b: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, value in a.items():
        if name in b:
            yield from differences(value, b[name], f"{path}/{name}")
        else:
            yield f"{path}/{name}", "would not arrive"
    for name in b.keys() - a.keys():
        yield f"{path}/{name}", "is not there, and would arrive"


def _members(value: Any) -> list[tuple[str, Any]]:
    """The fields of a model or dataclass, by the names they have in JSON."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        own = [(fields[name].alias or name if name in fields else name, below) for name, below in value]
        return own or [("", None)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name, None)) for field in dataclasses.fields(value)] or [("", None)]
    return []


def mutable_parts(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Pointer and object of everything in a value that could be changed in place."""
    if _is_mutable(value):
        yield path, value
    for name, below in _members(value):
        yield from mutable_parts(below, f"{path}/{name}")
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from mutable_parts(below, f"{path}/{key}")
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            yield from mutable_parts(below, f"{path}/{index}")


def _is_mutable(value: Any) -> bool:
    if isinstance(value, BaseModel):
        return not type(value).model_config.get("frozen", False)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return not type(value).__dataclass_params__.frozen  # type: ignore[attr-defined]
    return isinstance(value, list | dict | bytearray) or (
        isinstance(value, AbstractSet) and not isinstance(value, frozenset)
    )


def _a(value: Any) -> str:
    if isinstance(value, Enum):
        return f"a {type(value).__name__} member"
    name = type(value).__name__
    if isinstance(value, datetime) and value.tzinfo is None:
        return "a datetime without an offset"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
