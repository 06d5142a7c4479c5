"""Where a method goes: HTTP method and path, guessed from its name and arguments the way a person would."""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from switchover.contract.draft.names import camel
from switchover.contract.draft.safety import READ
from switchover.contract.model import Style
from switchover.contract.naming import snake
from switchover.contract.operations.styled import form_losses, form_problems
from switchover.contract.shapes.shape import Shape

_CREATE: Final = frozenset("add create register insert new make open start record submit import".split())
_REMOVE: Final = frozenset("delete remove discard drop destroy".split())
_CHANGE: Final = frozenset("update change edit modify patch amend".split())
_REPLACE: Final = frozenset("set put replace".split())
_LIST: Final = frozenset("list find search query count export".split())
_QUESTIONS: Final = frozenset("count export check is has can".split())
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


def route_of(
    name: str, arguments: Iterable[inspect.Parameter], shape: Callable[[str], Shape], *, is_safe: bool
) -> Route:
    """The route of a method of this name; `shape` gives the shape of an argument.

    A method that only reads is GET, unless one of its arguments does not fit into a query: then it is POST.
    """
    words = snake(name).strip("_").split("_")
    verb, rest = words[0], [word for word in words[1:] if word not in _SMALL]
    listed = list(arguments)
    identifiers = _identifiers(verb, rest, [item for item in listed if _is_flat(shape(item.name))])
    others = [item for item in listed if item.name not in identifiers]
    http_method = "GET" if is_safe else _http_method(verb)
    if http_method in ("GET", "DELETE") and not all(is_queryable(item, shape(item.name)) for item in others):
        http_method = "POST"
    takes_body = http_method not in ("GET", "DELETE")
    names = tuple(item.name for item in others)
    return Route(
        http_method,
        _path(verb, rest, identifiers),
        tuple(identifiers),
        () if takes_body else names,
        names if takes_body else (),
        verb in _CREATE and not is_safe,
    )


def fallback(name: str, route: Route, count: int) -> Route:
    """A route that no other method has: an action named after the method, with a number from the second attempt on."""
    pieces = "".join(f"/{{{camel(piece)}}}" for piece in route.in_path)
    number = f"-{count}" if count > 1 else ""
    path = f"/{_segment(snake(name))}{number}{pieces}"
    if route.http_method == "GET":
        return Route("GET", path, route.in_path, route.in_query, (), is_creation=False)
    return Route("POST", path, route.in_path, (), (*route.in_query, *route.in_body), is_creation=False)


def _segment(words: str) -> str:
    """Words as a segment of a path: accents are left off, and letters of other scripts are written as names of hosts write them."""
    folded = unicodedata.normalize("NFKD", words.strip("_").replace("_", "-").casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return plain if plain.isascii() else f"xn--{plain.encode('punycode').decode('ascii')}"


def _http_method(verb: str) -> str:
    for verbs, found in ((_REMOVE, "DELETE"), (_CHANGE, "PATCH"), (_REPLACE, "PUT")):
        if verb in verbs:
            return found
    return "POST"


def _identifiers(verb: str, rest: list[str], flat: list[inspect.Parameter]) -> list[str]:
    """Arguments that say which thing is meant: required, and named like an identifier or after what the method is about."""
    required = [item.name for item in flat if item.default is item.empty and item.kind is not item.KEYWORD_ONLY]
    if verb in _LIST or verb in _CREATE:
        return [name for name in required if name.endswith("_id")]
    named = [name for name in required if _IDENTIFIER.fullmatch(name) or name in rest]
    return named[:1] + [name for name in named[1:] if name.endswith("_id")]


def _path(verb: str, rest: list[str], identifiers: list[str]) -> str:
    resource = _plural(rest[-1]) if rest else ""
    pieces: list[str] = []
    for name in identifiers[:-1]:
        pieces += [_plural(name.removesuffix("_id")), f"{{{camel(name)}}}"]
    if resource and not (pieces and pieces[0] == resource):
        pieces.append("-".join([*rest[:-1], resource]))
    if len(identifiers) == 1 and resource and verb in _LIST | _CREATE:
        pieces = [_plural(identifiers[0].removesuffix("_id")), f"{{{camel(identifiers[0])}}}", *pieces]
    elif identifiers:
        pieces.append(f"{{{camel(identifiers[-1])}}}")
    if not resource or verb not in READ | _CREATE | _REMOVE | _CHANGE | _REPLACE or verb in _QUESTIONS:
        pieces.append(verb)
    return "/" + "/".join(piece if piece.startswith("{") else _segment(piece) for piece in pieces)


def _plural(word: str) -> str:
    if word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("x", "ch", "sh")) else f"{word}s"


def _is_flat(shape: Shape) -> bool:
    problems = [*form_problems(shape, Style.SIMPLE, "path", explode=False), *form_losses(shape, is_required=True)]
    return not problems and not _holds(shape)


def is_queryable(argument: inspect.Parameter, shape: Shape) -> bool:
    """Whether an argument fits into the query of an address."""
    if shape.is_nullable and argument.default is not None:
        return False  # leaving it out would not mean None
    is_required = argument.default is argument.empty
    problems = [*form_problems(shape, Style.FORM, "query", explode=True), *form_losses(shape, is_required=is_required)]
    return not problems and "object" not in shape.kinds


def _holds(shape: Shape) -> bool:
    return bool(shape.kinds & {"array", "object"})
