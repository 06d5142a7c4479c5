"""Where two Python values differ, by JSON Pointer; and which mutable objects they are made of."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, RootModel

from switchover.contract import pointer


def differences(a: Any, b: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Pointer and description of every difference. Types count: a tuple is not a list, a bool is not an int; only numbers that are
    equal are one, as they are in JSON. Values are not shown.
    """
    if a is b:
        return
    if type(a) is not type(b):
        if not (_is_number(a) and _is_number(b) and a == b):
            yield path, f"is {with_article(a)}, and would arrive as {with_article(b)}"
    elif isinstance(a, RootModel):
        yield from differences(a.root, b.root, path)
    elif (members := _members(a)) is not None:
        is_mapping = isinstance(a, Mapping)
        yield from _by_key(a, b, path) if is_mapping else _by_name(members, _members(b) or {}, path)
    elif isinstance(a, list | tuple):
        yield from _by_index(a, b, path)
    elif _has_no_equality(a):
        yield from _by_name(vars(a), vars(b), path)
    elif isinstance(a, datetime) and a == b and a.utcoffset() != b.utcoffset():
        yield path, "would arrive with another offset"
    elif a != b:
        yield path, f"is {with_article(a)} that would arrive changed"


def _by_index(a: Any, b: Any, path: str) -> Iterator[tuple[str, str]]:
    if len(a) != len(b):
        yield path, f"has {len(a)} elements, and would arrive with {len(b)}"
        return
    for index, (mine, theirs) in enumerate(zip(a, b, strict=True)):
        yield from differences(mine, theirs, pointer.join(path, index))


def _by_key(a: Mapping[Any, Any], b: Mapping[Any, Any], path: str) -> Iterator[tuple[str, str]]:
    """The items of two mappings. Keys have to be of one type: JSON has none but texts."""
    arrived = {(type(key), key): value for key, value in b.items()}
    changed = False
    for key, value in a.items():
        place = pointer.join(path, str(key))
        if (type(key), key) in arrived:
            yield from differences(value, arrived.pop((type(key), key)), place)
        elif type(key) is str:
            yield place, "would not arrive"
        else:
            changed = True
            yield place, f"has a key that is {with_article(key)}, and would arrive as text"
    for _, key in () if changed else arrived:
        yield pointer.join(path, str(key)), "is not there, and would arrive"


def _by_name(a: Mapping[str, Any], b: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, value in a.items():
        if name in b:
            yield from differences(value, b[name], pointer.join(path, name))
        else:
            yield pointer.join(path, name), "would not arrive"
    for name in b:
        if name not in a:
            yield pointer.join(path, name), "is not there, and would arrive"


def _members(value: Any) -> dict[str, Any] | None:
    """What a value is made of by name, as JSON has it: the fields of a model or dataclass and what else was set on it, the items of a
    mapping; None for the rest.
    """
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {
            alias_of(fields[name], name) if name in fields else name: below
            for name, below in value
            if name in fields or not _is_worked_out(value, name)
        }
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        set_later = {name: below for name, below in _held(value).items() if not _is_worked_out(value, name)}
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)} | set_later
    if isinstance(value, Mapping):
        return {str(key): below for key, below in value.items()}
    return None


def _held(value: Any) -> Mapping[str, Any]:
    held: Mapping[str, Any] = getattr(value, "__dict__", {})
    return held


def _is_worked_out(value: Any, name: str) -> bool:
    """Is an attribute the kept value of a property, which the other side works out for itself?"""
    return isinstance(inspect.getattr_static(type(value), name, None), cached_property)


def _has_no_equality(value: Any) -> bool:
    """An object that only equals itself is compared by what it holds."""
    own: object = type(value).__eq__
    return own is object.__eq__ and hasattr(value, "__dict__") and not isinstance(value, Enum | type)


def alias_of(field: Any, name: str) -> str:
    """How a field of a model is called in JSON."""
    return field.serialization_alias or field.alias or name


def mutable_parts(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Pointer and object of everything in a value that could be changed in place, each object once."""
    yield from _mutable_parts(value, path, set())


def _mutable_parts(value: Any, path: str, seen: set[int]) -> Iterator[tuple[str, object]]:
    if id(value) in seen:
        return
    if _is_mutable(value):
        seen.add(id(value))
        yield path, value
    if isinstance(value, RootModel):
        yield from _mutable_parts(value.root, path, seen)
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            yield from _mutable_parts(below, pointer.join(path, index), seen)
    else:
        for name, below in (_members(value) or {}).items():
            yield from _mutable_parts(below, pointer.join(path, name), seen)


def _is_mutable(value: Any) -> bool:
    if isinstance(value, BaseModel):
        return not type(value).model_config.get("frozen", False)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return not type(value).__dataclass_params__.frozen  # type: ignore[attr-defined]
    return isinstance(value, list | dict | bytearray) or (
        isinstance(value, AbstractSet) and not isinstance(value, frozenset)
    )


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def with_article(value: Any) -> str:
    """The kind of a value, in words."""
    if isinstance(value, Enum):
        return f"a {type(value).__name__} member"
    name = type(value).__name__
    if isinstance(value, datetime) and value.tzinfo is None:
        return "a datetime without an offset"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
