"""A read model for a class that JSON cannot carry: what a team would write by hand."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel

_MOST: Final = 12


def proposal(hint: Any) -> str:
    """A sentence with a read model for the first plain class in an annotation; empty if there is none."""
    for cls in _classes(hint):
        if members := _members(cls):
            listed = "; ".join(f"{name}: {_shown(kind)}" for name, kind in list(members.items())[:_MOST])
            return (
                f"; use a read model, made with {cls.__name__}View.model_validate({cls.__name__.lower()}): "
                f"class {cls.__name__}View(BaseModel, from_attributes=True): {listed}"
            )
    return ""


def _classes(hint: Any) -> Iterator[type]:
    if typing.get_origin(hint) is type:
        return
    if isinstance(hint, type) and not typing.get_args(hint):
        if _is_plain(hint):
            yield hint
        return
    for below in typing.get_args(hint):
        yield from _classes(below)


def _is_plain(cls: type) -> bool:
    is_known = (
        issubclass(cls, BaseModel | Enum | BaseException) or dataclasses.is_dataclass(cls) or typing.is_typeddict(cls)
    )
    return not is_known and cls.__module__.partition(".")[0] not in (
        "builtins",
        "typing",
        "collections",
        "types",
        "abc",
    )


def _members(cls: Any) -> dict[str, Any]:
    """Public members: the columns of a mapped class, else annotations, else what the constructor takes."""
    table = getattr(cls, "__table__", None)
    if table is not None:
        return {column.key: _column_type(column) for column in table.columns}
    if (meta := getattr(cls, "_meta", None)) is not None and hasattr(meta, "concrete_fields"):
        return {field.attname: Any for field in meta.concrete_fields}
    found = _hints(cls)
    if not found and inspect.isfunction(cls.__init__):
        hints = _hints(cls.__init__)
        found = {name: hints.get(name, Any) for name in list(inspect.signature(cls.__init__).parameters)[1:]}
    return {name: kind for name, kind in found.items() if not name.startswith("_") and name != "return"}


def _column_type(column: Any) -> Any:
    try:
        kind = column.type.python_type
    except NotImplementedError:
        return Any
    return kind | None if column.nullable else kind


def _hints(of: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(of)
    except (NameError, TypeError, AttributeError):
        return {}


def _shown(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not typing.get_args(kind) else str(kind).replace("typing.", "")
