"""Values against the contract's own schemas: the one judge of what may cross.

The JSON Schema engine is `jsonschema-rs`; `format` is asserted. Messages say what is wanted and never repeat the value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs

from switchover.contract import pointer
from switchover.contract.document import Document, Node
from switchover.errors import InvalidField

MOST_ERRORS: Final = 50

_MASK: Final = "the value"


class SchemaEngine:
    """Makes a validator for any schema of a document; the files are prepared once."""

    def __init__(self, document: Document) -> None:
        draft = jsonschema_rs.Draft202012
        self._registry = jsonschema_rs.Registry(document.resources(), draft=draft)

    def check(self, node: Node) -> SchemaCheck:
        """The validator of the schema at `node`."""
        schema = {"$ref": node.uri}
        return SchemaCheck(
            jsonschema_rs.Draft202012Validator(schema, registry=self._registry, validate_formats=True, mask=_MASK)
        )


class SchemaCheck:
    """Checks plain JSON values against one schema."""

    __slots__ = ("_validator", "is_valid")

    def __init__(self, validator: jsonschema_rs.Draft202012Validator) -> None:
        self._validator = validator
        self.is_valid = validator.is_valid

    def errors(self, value: Any, root: str) -> list[InvalidField]:
        """What is wrong with `value`: where (`root` and a JSON Pointer) and what would be right; at most 50."""
        found: dict[tuple[str, str], InvalidField] = {}
        for error in self._validator.iter_errors(value):
            for field in _fields(error, root):
                found.setdefault((field.where, field.detail), field)
                if len(found) >= MOST_ERRORS:
                    return list(found.values())
        return list(found.values())


def _fields(error: jsonschema_rs.ValidationError, root: str) -> Iterator[InvalidField]:
    kind = error.kind
    where = list(error.instance_path)
    match kind.name:
        case "additionalProperties" | "unevaluatedProperties":
            for name in kind.as_dict().get("unexpected", ()):
                yield InvalidField(_at(root, [*where, name]), "is not known")
        case "required":
            yield InvalidField(_at(root, [*where, kind.as_dict()["property"]]), "is required")
        case "oneOf" | "anyOf" if (chosen := _meant(kind.value, where)) is not None:
            for below in chosen:
                yield from _fields(below, root)
        case _:
            yield InvalidField(_at(root, where), _words(error))


def _meant(branches: Any, where: list[str | int]) -> list[jsonschema_rs.ValidationError] | None:
    """The one alternative that the value has the type of; None where that does not decide it."""
    fitting = [
        branch
        for branch in branches
        if not any(error.kind.name in ("type", "const") and list(error.instance_path) == where for error in branch)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _at(root: str, path: list[str | int]) -> str:
    return f"{root}#{pointer.of(path)}" if path else root


def _words(error: jsonschema_rs.ValidationError) -> str:
    kind, value = error.kind.name, error.kind.value
    match kind:
        case "type":
            return f"has to be {_types(value)}"
        case "const":
            return f"has to be {value!r}"
        case "enum":
            return (
                f"has to be one of {', '.join(map(str, value))}"
                if isinstance(value, list)
                else "is not one of the values allowed"
            )
        case "format":
            return f"is no {value}"
    text = str(error.message)
    return text.removeprefix(_MASK).strip() if _MASK in text else text


def _types(value: Any) -> str:
    return " or ".join(value) if isinstance(value, list) else str(value)
