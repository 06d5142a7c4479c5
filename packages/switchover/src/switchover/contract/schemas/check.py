"""Values against the contract's own schemas: the one judge of what may cross.

Messages say what is wanted and never repeat the value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final

import jsonschema_rs

from switchover.contract import pointer
from switchover.contract.document import Document, Node
from switchover.contract.personal import HIDDEN, Personal
from switchover.contract.schemas.engine import MASK, Compiler, Part, Validator
from switchover.errors import ContractError, InvalidField

MOST_ERRORS: Final = 50

_LONGEST_NAME: Final = 80
_MOST_NAMES: Final = 20
_UNKNOWN: Final = "is not known"


class SchemaEngine:
    """Makes a validator for any schema of a document; schemas that are the same place share one."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._compiler = Compiler(document)
        self._directed: dict[str, Compiler] = {}
        self._checks: dict[tuple[str, str, bool], SchemaCheck] = {}

    def check(self, node: Node, *, is_marked: bool = False) -> SchemaCheck:
        """The validator of the schema at `node`; `is_marked` where the whole value is personal, whatever the schema says.

        Raises:
            ContractError: it is no schema.
        """
        while node.is_reference and len(node.value) == 1:
            node = node.target()
        key = node.uri, node.document.direction, is_marked
        if key not in self._checks:
            try:
                self._checks[key] = SchemaCheck(self._compiler_for(node).compile(node), Personal(node, whole=is_marked))
            except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
                finding = node.finding(f"is no usable schema: {words(error)}")
                raise ContractError(f"{node.file} cannot be used:", [finding]) from error
        return self._checks[key]

    def finish(self) -> None:
        """Compile what would otherwise be compiled when the first value is checked."""
        self._compiler.finish()
        for compiler in self._directed.values():
            compiler.finish()

    def _compiler_for(self, node: Node) -> Compiler:
        direction = node.document.direction
        return self._directed.setdefault(direction, Compiler(self._document)) if direction else self._compiler


class SchemaCheck:
    """Checks plain JSON values against one schema.

    Attributes:
        personal: the places whose names are not told; None where nothing is known of any.
    """

    __slots__ = ("_depth", "_validator", "is_valid", "personal")

    def __init__(self, validator: Validator, personal: Personal | None = None) -> None:
        self._validator = validator
        self._depth = 1 if isinstance(validator, Part) else 0  # how many tokens stand before a path in the value
        self.personal = personal
        self.is_valid = validator.is_valid

    def errors(self, value: Any, root: str) -> list[InvalidField]:
        """What is wrong with `value`: where (`root` and a JSON Pointer) and what would be right; at most 50."""
        found = dict.fromkeys(InvalidField(_at(root, path), detail) for path, detail in self.problems(value))
        return list(found)

    def breaks_form(self, value: Any) -> bool:
        """Whether a value is of another type or format than the schema wants, so that reading it fails before any rule about it."""
        return any(_breaks_form(error) for error in self._validator.iter_errors(value))

    def problems(self, value: Any) -> Iterator[tuple[list[str | int], str]]:
        """The path of everything that is wrong, as it may be told, and what would be right; at most 50."""
        return (self._told(path, what) for path, what in islice(self._found(value), MOST_ERRORS))

    def strangers(self, value: Any) -> list[list[str | int]]:
        """Return the paths, as they are, of members that are not known; empty if anything else is wrong too."""
        found = list(self._found(value))
        return [path for path, _ in found] if all(what == _UNKNOWN for _, what in found) else []

    def _found(self, value: Any) -> Iterator[tuple[list[str | int], str]]:
        for error in self._validator.iter_errors(value):
            for path, what in _problems(error):
                yield path[self._depth :], what

    def is_personal(self, path: Sequence[str | int]) -> bool:
        """Whether the contract marks the value at a path as personal."""
        return self.personal is None or self.personal.covers(path)

    def _told(self, path: list[str | int], what: str) -> tuple[list[str | int], str]:
        """Whoever misspelt a name that is not to be told is told those that are right."""
        shown = self.shown(path)
        if self.personal is None or what != _UNKNOWN or shown[-1] != HIDDEN:
            return shown, what
        known = self.personal.names(path[:-1])
        near = get_close_matches(str(path[-1]), known, 1)
        if near:
            return shown, f"{what}; did you mean {near[0]}?"
        return shown, f"{what}; there are {', '.join(known[:_MOST_NAMES])}" if known else what

    def shown(self, path: Sequence[str | int]) -> list[str | int]:
        """A path in a value as it may be told: without names that are personal themselves."""
        return self.personal.shown(path) if self.personal is not None else list(path)

    def shown_pointer(self, path: str) -> str:
        """The same for a JSON Pointer."""
        return self.personal.shown_pointer(path) if self.personal is not None else path


def _breaks_form(error: jsonschema_rs.ValidationError) -> bool:
    kind = error.kind
    if kind.name in ("oneOf", "anyOf"):
        branches = kind.as_dict()["context"]
        return bool(branches) and all(any(_breaks_form(below) for below in branch) for branch in branches)
    return kind.name in ("type", "format")


def _problems(error: jsonschema_rs.ValidationError) -> Iterator[tuple[list[str | int], str]]:
    kind = error.kind
    where = list(error.instance_path)
    match kind.name:
        case "additionalProperties" | "unevaluatedProperties":
            for name in kind.as_dict()["unexpected"]:
                yield [*where, name], _UNKNOWN
        case "required":
            yield [*where, kind.as_dict()["property"]], "is required"
        case "oneOf" | "anyOf" if (chosen := _meant(kind.as_dict()["context"], where)) is not None:
            for below in chosen:
                yield from _problems(below)
        case _:
            yield where, words(error)


def _meant(branches: Any, where: list[str | int]) -> list[jsonschema_rs.ValidationError] | None:
    """The one alternative that the value has the type of, or the tag; None where that does not decide it."""
    for reach in (0, 1):
        branches = [branch for branch in branches if not any(_rules_out(error, where, reach) for error in branch)]
        if len(branches) == 1:
            return list(branches[0])
    return None


def _rules_out(error: jsonschema_rs.ValidationError, where: list[str | int], reach: int) -> bool:
    """Does an error say that an alternative was not meant? A wrong type does, and so does a wrong constant in a member."""
    depth = len(error.instance_path) - len(where)
    return (depth == 0 and error.kind.name in ("type", "const")) or (
        depth == reach and error.kind.name in ("const", "enum")
    )


def _at(root: str, path: list[str | int]) -> str:
    """Names in it may be the sender's own, so long ones are cut."""
    tokens = [
        token if isinstance(token, int) or len(token) <= _LONGEST_NAME else f"{token[:_LONGEST_NAME]}…"
        for token in path
    ]
    return f"{root}#{pointer.of(tokens)}" if path else root


_WORDS: Final = {
    "propertyNames": "has a name that is not allowed",
    "contains": "does not contain what it has to, or not as often",
    "falseSchema": "may not be there",
    "unevaluatedItems": "has more elements than are known",
    "not": "is what it may not be",
    "anyOf": "fits none of the alternatives",
}


def words(error: jsonschema_rs.ValidationError | jsonschema_rs.ReferencingError) -> str:
    """What would be right. The value itself is masked, or not mentioned."""
    if isinstance(error, jsonschema_rs.ReferencingError):
        return str(error)
    kind, value = error.kind.name, error.kind.value
    match kind:
        case "type":
            return f"has to be {' or '.join(value) if isinstance(value, list) else value}"
        case "const":
            return f"has to be {value!r}" if isinstance(value, str) else f"has to be {_shown(value)}"
        case "enum":
            return f"has to be one of {', '.join(map(_shown, value))}"
        case "format":
            return f"is no {value}"
        case "oneOf":
            fits = any(not branch for branch in value)
            return "fits more than one of the alternatives" if fits else "fits none of the alternatives"
    return _WORDS.get(kind) or str(error.message).removeprefix(MASK).strip()


def _shown(value: Any) -> str:
    """A value of the contract's."""
    return value if isinstance(value, str) else json.dumps(value)
