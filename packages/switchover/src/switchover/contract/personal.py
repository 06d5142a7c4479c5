"""What a contract marks as personal: `x-pii: true` in a schema, or in a parameter.

The mark covers the value and everything in it, however the schema is reached: by `$ref`, by composition, as a member, an element or a
value of a map. Names that the contract does not give (keys of a map, members that it does not know) are values like any other, and
taken for personal in every object that holds something personal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from switchover.contract import pointer
from switchover.contract.grammar import IN_PLACE
from switchover.contract.node import Node

MARK: Final = "x-pii"

HIDDEN: Final = "…"
"""What stands for a name that is not to be told."""

ANY: Final = "*"
"""What stands in `places` for an element, or for a name that the contract does not give."""

_APPLIED: Final = ("if", "then", "else")
_ELEMENTS: Final = ("items", "contains", "unevaluatedItems")
_FURTHER: Final = ("additionalProperties", "unevaluatedProperties")

Token = str | int
Place = tuple[str, str]
_Below = dict[Token, list[Node]]


def is_marked(node: Node) -> bool:
    """Does this object carry the mark? What is neither true nor false is reported by `lint`, and taken for true until then."""
    return isinstance(node.value, dict) and node.value.get(MARK, False) is not False


@dataclass(frozen=True, slots=True)
class _Step:
    """Where a path leads from a set of schemas, and whether the contract gives the name of the step."""

    schemas: tuple[Node, ...]
    is_named: bool


class Personal:
    """Which places in the values of one schema are personal.

    Args:
        schema: of the values.
        whole: is the whole value, whatever the schema says?
        clean: the schemas known to hold nothing personal, which schemas of one document may share.
    """

    __slots__ = ("_clean", "_schema", "_whole")

    def __init__(self, schema: Node, *, whole: bool = False, clean: set[Place] | None = None) -> None:
        self._schema = schema
        self._whole = whole
        self._clean = set[Place]() if clean is None else clean

    def covers(self, path: Iterable[Token]) -> bool:
        """Is the value at `path` (names and indexes) personal?"""
        found, schemas = self._whole, _applied([self._schema])
        for token in path:
            found = found or _any_marked(schemas)
            schemas = _step(schemas, token).schemas
        return found or _any_marked(schemas)

    def shown(self, path: Iterable[Token]) -> list[Token]:
        """The path as it may be told: names that the contract does not give are hidden where they stand in or beside what is personal."""
        found, schemas = self._whole, _applied([self._schema])
        told: list[Token] = []
        for token in path:
            step = _step(schemas, token)
            if not step.is_named:
                found = found or _has_marked_names(schemas) or self._holds_any(schemas)
            found = found or _any_marked(schemas)
            told.append(token if step.is_named or not found else HIDDEN)
            schemas = step.schemas
        return told

    def names(self, path: Iterable[Token]) -> list[str]:
        """The names that the contract gives to members of the object at `path`."""
        schemas = _applied([self._schema])
        for token in path:
            schemas = _step(schemas, token).schemas
        return sorted({str(name) for schema in schemas for name in _group(schema, "properties")})

    def shown_pointer(self, path: str) -> str:
        """The same for a JSON Pointer."""
        return pointer.of(self.shown(_tokens(path))) if path else path

    def holds(self) -> bool:
        """Whether anything in the values is personal, however deep."""
        return self._whole or self._holds_any(_applied([self._schema]))

    def members(self) -> set[Token]:
        """The members that are personal, or lists or maps of what is."""
        below = _below(_applied([self._schema]))
        return {token for token, schemas in below.items() if _reaches(_applied(schemas), _elements_below, set())}

    def _holds_any(self, schemas: Sequence[Node]) -> bool:
        return _reaches(schemas, _below, self._clean)

    def places(self) -> Iterator[str]:
        """JSON Pointers of the outermost personal places, `*` for an element or a key; schemas within themselves are entered once.

        There may be very many where schemas refer to one another.
        """
        yield from _places(_applied([self._schema]), (), frozenset(), whole=self._whole)


def _tokens(path: str) -> list[Token]:
    return [pointer.unescape(token) for token in path[1:].split("/")]


def _any_marked(schemas: Sequence[Node]) -> bool:
    return any(map(is_marked, schemas))


def _has_marked_names(schemas: Sequence[Node]) -> bool:
    return _any_marked(_applied(found for schema in schemas for found in _child(schema, "propertyNames")))


def _reaches(schemas: Sequence[Node], below: Callable[[Sequence[Node]], _Below], clean: set[Place]) -> bool:
    """Whether a mark is found by going down. What holds none is `clean` afterwards, and is not entered again."""
    waiting, seen = [schemas], set[Place]()
    while waiting:
        entered = waiting.pop()
        if _any_marked(entered):
            return True
        entered = [schema for schema in entered if _place(schema) not in clean and _place(schema) not in seen]
        seen.update(map(_place, entered))
        waiting += [_applied(found) for found in below(entered).values()]
    clean |= seen
    return False


def _child(node: Node, key: str) -> list[Node]:
    """The schema at a keyword; none where there is none."""
    found = node.step(key) if isinstance(node.value, dict) else None
    return [found] if found is not None else []


def _group(node: Node, key: str) -> dict[Token, Node]:
    """The schemas in the map or list at a keyword."""
    found = next(iter(_child(node, key)), None)
    group = found.resolved() if found is not None else None
    value = group.value if group is not None else None
    keys: Iterable[Token] = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return {key: group.at(key) for key in keys} if group is not None else {}


def _applied(schemas: Iterable[Node]) -> tuple[Node, ...]:
    """The schemas, and all that are applied to the same value: behind references, in compositions and conditions."""
    waiting, found = list(schemas), dict[Place, Node]()
    while waiting:
        node = waiting.pop()
        if _place(node) in found or not isinstance(node.value, dict):
            continue
        found[_place(node)] = node
        if node.is_reference:
            waiting.append(node.target())
        for key in (*IN_PLACE, "dependentSchemas"):
            waiting += _group(node, key).values()
        for key in _APPLIED:
            waiting += _child(node, key)
    return tuple(found.values())


def _step(schemas: Sequence[Node], token: Token) -> _Step:
    """A token of a pointer that is made of digits may be an index or a name; both are followed."""
    named = [found for schema in schemas if (found := _group(schema, "properties").get(token)) is not None]
    keyed = [found for schema in schemas for found in _keyed(schema)] if isinstance(token, str) else []
    index = token if isinstance(token, int) else pointer.index(token)
    elements = [found for schema in schemas for found in _elements(schema, index)] if index is not None else []
    is_index = isinstance(token, int) or (bool(elements) and not keyed)
    return _Step(_applied([*named, *keyed, *elements]), bool(named) or is_index)


def _keyed(schema: Node) -> list[Node]:
    further = [found for key in _FURTHER for found in _child(schema, key)]
    return [*_group(schema, "patternProperties").values(), *further]


def _elements(schema: Node, index: int) -> list[Node]:
    own = _group(schema, "prefixItems").get(index)
    return [*([own] if own is not None else []), *(found for key in _ELEMENTS for found in _child(schema, key))]


def _places(
    schemas: Sequence[Node], path: tuple[Token, ...], inside: frozenset[Place], *, whole: bool
) -> Iterator[str]:
    if whole or _any_marked(schemas):
        yield pointer.of(path)
        return
    entered = [schema for schema in schemas if _place(schema) not in inside]
    inside |= set(map(_place, entered))
    for token, below in _below(entered).items():
        yield from _places(_applied(below), (*path, token), inside, whole=False)


def _elements_below(schemas: Sequence[Node]) -> _Below:
    return {token: found for token, found in _below(schemas).items() if token == ANY or isinstance(token, int)}


def _below(schemas: Sequence[Node]) -> _Below:
    found: _Below = {}
    for schema in schemas:
        for token, node in (_group(schema, "properties") | _group(schema, "prefixItems")).items():
            found.setdefault(token, []).append(node)
        for node in _keyed(schema) + [node for key in _ELEMENTS for node in _child(schema, key)]:
            found.setdefault(ANY, []).append(node)
    return found


def _place(node: Node) -> Place:
    return node.file, node.pointer
