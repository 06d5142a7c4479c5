"""Operations that document failures, and exceptions on their way through them."""

from __future__ import annotations

from typing import Any

from switchover.contract import OperationReader, SchemaEngine
from switchover.port.exceptions import ErrorClasses, classes_by_key, table_for
from switchover.port.failures import FailureTable
from unit.port.single import document


def problem_answer(
    *options: tuple[str | None, dict[str, Any], list[str]], media_type: str = "application/problem+json"
) -> dict[str, Any]:
    schemas = [
        {
            "type": "object",
            "required": required,
            "properties": {**({"code": {"const": code}} if code else {}), **members},
        }
        for code, members, required in options
    ]
    return {
        "description": ".",
        "content": {media_type: {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}},
    }


def _read(classes: ErrorClasses, responses: dict[str, Any]) -> tuple[FailureTable, list[str]]:
    described = {status.removeprefix("s"): answer for status, answer in responses.items()}
    found = document({"responses": {"204": {"description": "."}, **described}}).document
    operation = next(iter(OperationReader(found).read()))[0]
    by_key, wrong = classes_by_key(classes, object)
    made, differences = table_for(operation, by_key, SchemaEngine(found))
    return made, wrong + differences


def table(classes: ErrorClasses, **responses: Any) -> FailureTable:
    """The failures of an operation with these responses (`s404=…`)."""
    made, wrong = _read(classes, responses)
    assert wrong == []
    return made


def differences(classes: ErrorClasses, **responses: Any) -> list[str]:
    """What keeps them from being bound."""
    return _read(classes, responses)[1]


def through(found: FailureTable, error: Exception) -> Exception | None:
    """An exception as it arrives."""
    written = found.write(error)
    assert written is not None
    return found.read(written[0], written[2])
