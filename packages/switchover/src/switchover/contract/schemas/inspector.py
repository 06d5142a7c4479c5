"""What an operation's schemas use that cannot be honoured, or that is no JSON Schema at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

import jsonschema_rs

from switchover.contract import dialect
from switchover.contract.findings import Finding, Notes
from switchover.contract.grammar import SCHEMA, children
from switchover.contract.node import Node
from switchover.contract.schemas.check import words
from switchover.contract.schemas.circles import circles
from switchover.contract.shapes.shape import Property, Shape

_TYPES: Final = "array, boolean, integer, null, number, object or string"

Place = tuple[str, str, bool]


class SchemaInspector:
    """Looks each schema of a document over once."""

    def __init__(self) -> None:
        self._found: dict[Place, list[Finding]] = {}
        self._clean: set[Place] = set()
        self._applied: set[tuple[str, str]] = set()

    def is_usable(self, node: Node, notes: Notes) -> bool:
        """Can the schema at `node` be honoured? Why not, and what of it is passed over, is noted."""
        errors: dict[Finding, None] = {}
        applied = set(self._applied)
        parts: list[Place] = []
        is_clean = True
        for schema, is_part in _parts(node, self._clean):
            parts.append((schema.file, schema.pointer, is_part))
            errors.update(dict.fromkeys([*self.own(schema, is_part=is_part), *circles(schema, applied)]))
            if _has_nullable_of_3_0(schema):
                is_clean = False
                notes.warn(schema.at("nullable"), "means nothing in OpenAPI 3.1; write `type: [string, 'null']`")
        notes.errors += errors
        if is_clean and not errors:
            # With everything below them, so that this is looked at once and not for each operation.
            self._clean.update(parts)
            self._applied = applied
        return not errors

    def own(self, node: Node, *, is_part: bool = True) -> list[Finding]:
        """What is wrong with the schema at `node` by itself. Of a part of an `allOf` more is allowed than of a whole."""
        place = (node.file, node.pointer, is_part)
        if place not in self._found:
            self._found[place] = list(_own(node, is_part=is_part))
        return self._found[place]


def _parts(node: Node, clean: Collection[Place]) -> Iterator[tuple[Node, bool]]:
    """The schema at `node` and those it is made of, each once, and whether it is only a part of what its values have to be.

    Those that are clean, and what they are made of, are left out.
    """
    waiting, seen = [(node, False)], set[Place]()
    while waiting:
        schema, is_part = waiting.pop()
        place = (schema.file, schema.pointer, is_part)
        if place in seen or place in clean or not isinstance(schema.value, dict):
            continue
        seen.add(place)
        yield schema, is_part
        waiting += reversed(list(_below(schema, is_part=is_part)))


def _has_nullable_of_3_0(schema: Node) -> bool:
    return schema.document.version == "3.1" and schema.value.get("nullable") is True


def _below(node: Node, *, is_part: bool) -> Iterator[tuple[Node, bool]]:
    """The schemas a schema is made of, and whether each is only a part of what its values have to be."""
    if node.is_reference:
        yield node.target(), is_part
    known = dialect.keywords(node)
    for child, slot in children(node, SCHEMA):
        key = child.pointer.rpartition("/")[2]
        if key not in known or key in ("$defs", "definitions"):
            continue
        if slot == SCHEMA:
            yield child, False
        else:
            yield from ((item, key == "allOf") for item, _ in children(child.resolved(), slot))


def _own(node: Node, *, is_part: bool) -> Iterator[Finding]:
    """What one schema says by itself. Subtypes that only extend a schema are not found by looking at it."""
    has_alternatives = any(keyword in node.value for keyword in ("oneOf", "anyOf"))
    if isinstance(node.value.get("discriminator"), dict) and not has_alternatives and not is_part:
        yield node.at("discriminator").finding(
            "is a discriminator without alternatives, so subtypes would be cut down to this schema; name them in `oneOf` beside it"
        )
    if node.document.version == "3.0" and isinstance(node.value.get("type"), list) and not node.is_reference:
        yield node.at("type").finding(
            "is an array; a schema of OpenAPI 3.0 has one type, and `nullable: true` beside it"
        )
    try:
        jsonschema_rs.Draft202012Validator(_alone(node))
    except jsonschema_rs.ValidationError as error:
        yield _misuse(node, error)


def _alone(node: Node) -> dict[str, Any]:
    """A schema with nothing in the places of the schemas below it."""
    found = {key: value for key, value in dialect.keywords(node).items() if not key.startswith("$")}
    for child, slot in children(node, SCHEMA):
        key = child.pointer.rpartition("/")[2]
        if key not in found:
            continue
        if slot == SCHEMA:
            found[key] = True
        else:
            below = child.resolved().value
            found[key] = dict.fromkeys(below, True) if isinstance(below, dict) else [True] * len(below)
    return found


def _misuse(node: Node, error: jsonschema_rs.ValidationError) -> Finding:
    place = node
    for token in error.instance_path:
        place = place.step(str(token)) or place
    keyword = next((str(token) for token in error.instance_path), "")
    match keyword:
        case "type":
            message = f"is no type of JSON Schema; there are {_TYPES}, and arrays of these"
        case "pattern" | "patternProperties":
            message = "is no regular expression (ECMA-262)"
        case _:
            message = f"is not what `{keyword}` takes: it {words(error)}"
    return place.finding(message)


def required_members(shape: Shape, flag: str, clean: dict[int, Shape]) -> list[str]:
    """Names of required members that are `readOnly` or `writeOnly` (`flag`), at any depth. Shapes without any are `clean` afterwards."""
    found: dict[str, None] = {}
    waiting, seen = [shape], dict[int, Shape]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen or id(current) in clean:
            continue
        seen[id(current)] = current
        for name, member in current.properties.items():
            if member.is_required and (member.is_read_only if flag == "readOnly" else member.is_write_only):
                found[name] = None
        inner = [*current.properties.values(), *current.prefix, current.items, current.extra]
        waiting += current.alternatives
        waiting += [member.shape for member in inner if isinstance(member, Property)]
    if not found:
        clean |= seen
    return list(found)
