"""Schemas that cannot mean what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switchover.contract import discriminator
from switchover.contract.dialect import keywords
from switchover.contract.document import Document, Node
from switchover.contract.findings import Finding
from switchover.contract.lint.places import schemas
from switchover.contract.shapes.shape import Shape
from switchover.contract.shapes.shaping import reader

_TELLING: Final = frozenset(
    {"description", "summary", "title", "example", "examples", "deprecated", "externalDocs", "xml"}
)
"""What may stand beside a `$ref` and be ignored without harm."""


def traps(document: Document) -> list[Finding]:
    """Schemas that cannot mean what they say, each with what would."""
    shape = reader()
    found: dict[Finding, None] = {}
    for schema in schemas(document):
        for look in _AT_SHAPES:
            found.update(dict.fromkeys(look(schema, shape(schema))))
        for look_at_words in _AT_WORDS:
            found.update(dict.fromkeys(look_at_words(schema)))
    return list(found)


def _forbids_its_own(schema: Node, shape: Shape) -> Iterator[Finding]:
    names = shape.traps.union(*(option.traps for option in shape.alternatives))
    if names and set(keywords(schema)) - _TELLING != {"$ref"}:
        yield schema.finding(
            f"forbids its own {', '.join(sorted(names))}: `additionalProperties: false` below allOf sees only the "
            "schema it stands in; use `unevaluatedProperties: false` on the outside"
        )


def _requires_unknown(schema: Node) -> Iterator[Finding]:
    own = keywords(schema)
    if own.get("additionalProperties") is not False or "patternProperties" in own:
        return
    required, named = own.get("required"), own.get("properties")
    if isinstance(required, list) and (unknown := [name for name in required if name not in (named or {})]):
        yield schema.finding(f"requires {', '.join(map(repr, unknown))} and allows no such member")


def _is_impossible(schema: Node, shape: Shape) -> Iterator[Finding]:
    if shape.is_nothing:
        yield schema.finding("allows no value at all: its types, enumerations or parts exclude each other")


def _older_words(schema: Node) -> Iterator[Finding]:
    if schema.document.version == "3.1" and "nullable" in schema.value:
        yield schema.finding("has `nullable`, which OpenAPI 3.1 does not know; write `type: [string, 'null']`")


def _ignored_siblings(schema: Node) -> Iterator[Finding]:
    ignored = sorted(set(schema.value) - _TELLING - {"$ref"})
    if schema.document.version == "3.0" and schema.is_reference and ignored:
        yield schema.finding(
            f"has {', '.join(ignored)} beside `$ref`, which OpenAPI 3.0 ignores; put the reference into an `allOf`"
        )


def _mapped_elsewhere(schema: Node) -> Iterator[Finding]:
    options = schema.get("oneOf") or schema.get("anyOf")
    if options is None:
        return
    places = {
        (target.file, target.pointer) for index in range(len(options.value)) for target in _targets(options.at(index))
    }
    for value, place, text in discriminator.mapping(schema):
        target = discriminator.meant(place, text)
        if (target.file, target.pointer) not in places:
            yield place.finding(f"maps {value!r} to a schema that is none of the alternatives")


def _targets(node: Node) -> Iterator[Node]:
    while node.is_reference:
        node = node.target()
        yield node


_AT_SHAPES: Final = (_forbids_its_own, _is_impossible)
_AT_WORDS: Final = (_requires_unknown, _older_words, _ignored_siblings, _mapped_elsewhere)
