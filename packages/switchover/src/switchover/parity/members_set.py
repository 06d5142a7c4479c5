"""Which members of models were set: a change of some members means by that which ones it changes.

Two models may be equal and mean different changes: None is left out where the contract has no null, and what the contract requires is
written although nobody set it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, RootModel

from switchover.contract import pointer
from switchover.parity.differences import alias_of, with_article


def differences_of_sets(a: Any, b: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Pointer and description of members of models that were set on one side only."""
    if isinstance(a, BaseModel) and not isinstance(a, RootModel) and type(a) is type(b):
        yield from _of_model(a, b, path)
    for place, mine, theirs in _below(a, b):
        yield from differences_of_sets(mine, theirs, pointer.join(path, place) if place is not None else path)


def _of_model(a: BaseModel, b: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    for name, field in type(a).model_fields.items():
        place = pointer.join(path, alias_of(field, name))
        is_set, arrives_set = name in a.model_fields_set, name in b.model_fields_set
        if is_set and not arrives_set:
            value = getattr(a, name, None)
            yield place, f"was set to {'None' if value is None else with_article(value)}, and would arrive as left out"
        elif arrives_set and not is_set and not _is_tag(field):
            yield place, "was not set, and would arrive as if it were"


def _is_tag(field: Any) -> bool:
    """Whether a member has one value only, so that nobody need set it."""
    return get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1


def _below(a: Any, b: Any) -> Iterator[tuple[str | int | None, Any, Any]]:
    """The parts that both values have, with their places; None for the root of a model that is nothing else."""
    if isinstance(a, RootModel) and isinstance(b, RootModel):
        yield None, a.root, b.root
    elif isinstance(a, BaseModel) and type(a) is type(b):
        for name, field in type(a).model_fields.items():
            yield alias_of(field, name), getattr(a, name, None), getattr(b, name, None)
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple):
        for index, (mine, theirs) in enumerate(zip(a, b, strict=False)):
            yield index, mine, theirs
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in a.keys() & b.keys():
            yield str(key), a[key], b[key]
