"""Notes about values that an annotation allows and the drafted contract cannot carry."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel

_LONGEST: Final = timedelta(days=365)
_NOTES: Final = {
    "duration": "HTTP carries durations of whole seconds from 0 to 365 days; others are refused, so use a number for them",
    "offset": "HTTP carries times with an offset; a naive time is refused, so use AwareDatetime to say so",
    "bytes": "bytes inside JSON are carried as UTF-8 text, and other bytes are refused; use pydantic.Base64Bytes",
    "empty": "an empty list cannot be sent in a query, and is refused; --unsafe makes it a member of a body",
    "default": "the default cannot be carried, so a call that leaves the argument out is refused; use another default",
}


def carrying_notes(places: Mapping[str, list[str]]) -> Iterator[str]:
    """A note for each kind of value, with all of its places."""
    for kind, said in _NOTES.items():
        if kind in places:
            yield f"{', '.join(dict.fromkeys(places[kind]))}: {said}"


def places_in(
    method: str, arguments: Mapping[str, inspect.Parameter], hints: Mapping[str, Any], in_query: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Kind and place of each value of a method that cannot always be carried."""
    for name in (*arguments, "return"):
        place = f"{method}.{name}"
        for kind in dict.fromkeys(_kinds(hints[name], is_whole=True, seen=set())):
            yield kind, place
        if name in arguments and _is_stranded(arguments[name].default):
            yield "default", place
        if name in in_query and arguments[name].default not in ([], ()) and _is_list(hints[name]):
            yield "empty", place


def _kinds(hint: Any, *, is_whole: bool, seen: set[Any]) -> Iterator[str]:
    if hint is AwareDatetime or (typing.get_origin(hint) is Annotated and typing.get_args(hint)[0] is datetime):
        return
    if hint is timedelta:
        yield "duration"
    elif hint is datetime:
        yield "offset"
    elif hint is bytes and not is_whole:
        yield "bytes"
    for below in (*typing.get_args(hint), *_members(hint, seen)):
        yield from _kinds(below, is_whole=False, seen=seen)


def _members(hint: Any, seen: set[Any]) -> list[Any]:
    if not isinstance(hint, type) or hint in seen:
        return []
    seen.add(hint)
    if issubclass(hint, BaseModel):
        return [field.annotation for field in hint.model_fields.values() if not field.metadata]
    if dataclasses.is_dataclass(hint) or typing.is_typeddict(hint):
        try:
            return list(typing.get_type_hints(hint, include_extras=True).values())
        except NameError:
            return []
    return []


def _is_stranded(default: Any) -> bool:
    """Whether a default is a duration or time that the contract cannot carry."""
    if isinstance(default, timedelta):
        return bool(default < timedelta(0) or default > _LONGEST or default.microseconds)
    return isinstance(default, datetime) and default.utcoffset() is None


def _is_list(hint: Any) -> bool:
    inner = [one for one in (hint, *typing.get_args(hint)) if one is not type(None)]
    return any((typing.get_origin(one) or one) in (list, set, frozenset, tuple, *_SEQUENCES) for one in inner)


_SEQUENCES: Final = tuple(typing.get_origin(one) for one in (typing.Sequence[int], typing.Collection[int]))
