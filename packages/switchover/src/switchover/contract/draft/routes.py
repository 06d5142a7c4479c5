"""Where a method goes: HTTP method and path, guessed from its name and arguments the way a person would."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from switchover.contract.interface import Method
from switchover.contract.shape import Shape

_READ: Final = frozenset(
    "get list find search fetch read show look lookup count is has can check query export load view".split()
)
_CREATE: Final = frozenset("add create register insert new make open start record submit import".split())
_REMOVE: Final = frozenset("delete remove discard drop destroy".split())
_CHANGE: Final = frozenset("update change edit modify patch amend".split())
_REPLACE: Final = frozenset("set put replace".split())
_LIST: Final = frozenset("list find search query count export".split())
_IDENTIFIER: Final = re.compile(r"(.+_)?(id|key|code|number|slug|name|isbn|sku|uuid|ref|reference)")
_SMALL: Final = frozenset("a an the of by for to in on at with from all".split())


@dataclass(frozen=True)
class Route:
    """One operation: where it is, and where each argument goes."""

    http_method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    in_body: tuple[str, ...]
    is_creation: bool


def route_of(method: Method, arguments: Iterable[inspect.Parameter], shape: Callable[[str], Shape]) -> Route:
    """The route of a method; `shape` gives the shape of an argument."""
    words = [word for word in method.name.split("_") if word]
    verb, rest = words[0], [word for word in words[1:] if word not in _SMALL]
    listed = list(arguments)
    flat = [item for item in listed if _is_flat(shape(item.name))]
    identifiers = _identifiers(verb, rest, flat)
    others = [item.name for item in listed if item.name not in identifiers]
    http_method = _http_method(verb)
    if http_method in ("GET", "DELETE") and not all(_is_queryable(shape(name)) for name in others):
        http_method = "POST"
    path = _path(verb, rest, identifiers, http_method)
    takes_body = http_method not in ("GET", "DELETE")
    return Route(
        http_method,
        path,
        tuple(identifiers),
        () if takes_body else tuple(others),
        tuple(others) if takes_body else (),
        verb in _CREATE,
    )


def fallback(method: Method, route: Route) -> Route:
    """A route that no other method has: an action named after the method."""
    pieces = "".join(f"/{{{name}}}" for name in route.in_path)
    body = (*route.in_query, *route.in_body)
    return Route("POST", f"/{method.name.replace('_', '-')}{pieces}", route.in_path, (), body, is_creation=False)


def _http_method(verb: str) -> str:
    for verbs, found in ((_READ, "GET"), (_REMOVE, "DELETE"), (_CHANGE, "PATCH"), (_REPLACE, "PUT")):
        if verb in verbs:
            return found
    return "POST"


def _identifiers(verb: str, rest: list[str], flat: list[inspect.Parameter]) -> list[str]:
    """Arguments that say which thing is meant: required, and named like an identifier or after what the method is about."""
    required = [item.name for item in flat if item.default is item.empty and item.kind is not item.KEYWORD_ONLY]
    if verb in _LIST or verb in _CREATE:
        owner = [name for name in required if name.endswith("_id")]
        return owner if verb in _LIST or len(required) > len(owner) or len(flat) > len(owner) else owner
    named = [name for name in required if _IDENTIFIER.fullmatch(name) or name in rest]
    return named[:1] + [name for name in named[1:] if name.endswith("_id")]


def _path(verb: str, rest: list[str], identifiers: list[str], http_method: str) -> str:
    resource = _plural(rest[-1]) if rest else ""
    pieces: list[str] = []
    if len(identifiers) > 1:
        for name in identifiers[:-1]:
            pieces += [_plural(name.removesuffix("_id")), f"{{{name}}}"]
    if resource and not (pieces and pieces[0] == resource):
        pieces.append("-".join([*rest[:-1], resource]))
    owns = identifiers[-1:] if len(identifiers) == 1 and resource and verb in _LIST | _CREATE else []
    if owns:
        name = owns[0]
        pieces = [_plural(name.removesuffix("_id")), f"{{{name}}}", *pieces]
    elif identifiers:
        pieces.append(f"{{{identifiers[-1]}}}")
    if (
        not resource
        or verb not in _READ | _CREATE | _REMOVE | _CHANGE | _REPLACE
        or verb in ("count", "export", "check", "is", "has", "can")
    ):
        pieces.append(verb)
    return "/" + "/".join(pieces)


def _plural(word: str) -> str:
    if word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("x", "ch", "sh")) else f"{word}s"


def _is_flat(shape: Shape) -> bool:
    return bool(shape.kinds) and not shape.kinds & {"array", "object"} and not shape.alternatives


def _is_queryable(shape: Shape) -> bool:
    if shape.kinds == {"array"} and shape.items is not None:
        return _is_flat(shape.items.shape)
    return bool(shape.kinds) and not shape.kinds & {"array", "object"}
