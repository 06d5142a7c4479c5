"""The failures of an operation as responses: problem details (RFC 9457), one alternative for each code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from switchover.contract.draft.failures import DraftedError
from switchover.contract.draft.names import camel, pascal_of_code
from switchover.contract.draft.routes import Route
from switchover.contract.draft.schemas import HintSchemas
from switchover.errors import WIRE_ERRORS, InvalidRequest

_ALWAYS: Final = ("malformed_request", "not_acceptable", "internal_error", "service_unavailable")
_WITH_CALLER: Final = ("unauthenticated", "forbidden")
_WITH_BODY: Final = ("payload_too_large", "unsupported_media_type")
_INVALID: Final = (("errors", list[dict[str, str]], True),)

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "Stable; programs decide by it."},
        "detail": {"type": "string", "description": "For people; may change."},
        "traceId": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    },
}


def hints_of(errors: Iterable[DraftedError]) -> Iterator[Any]:
    """The annotations of what failures carry."""
    yield _INVALID[0][1]
    for error in errors:
        yield from (hint for _, hint, _ in error.members)


class Problems:
    """Collects responses, under names.

    Attributes:
        responses: what `components` has to say.
        name: of the schema of problem details.
    """

    def __init__(self, schemas: HintSchemas) -> None:
        self.responses: dict[str, Any] = {}
        self.name = next(name for name in ("Problem", "ProblemDetails", "Problem_") if name not in schemas.components)
        self._schemas = schemas

    def of(self, route: Route, errors: list[DraftedError], *, has_caller: bool) -> dict[str, Any]:
        """The failures of an operation, by status."""
        own = {error.code for error in errors}
        kit = [
            (error.status, error.code) for error in WIRE_ERRORS if error.code in _codes(route, has_caller=has_caller)
        ]
        by_status: dict[int, list[tuple[str, str, Iterable[tuple[str, Any, bool]]]]] = {}
        for error in errors:
            by_status.setdefault(error.status, []).append((error.cls.__name__, error.code, error.members))
        for status, code in kit:
            if code not in own:
                members = _INVALID if code == InvalidRequest.code else ()
                by_status.setdefault(status, []).append((pascal_of_code(code), code, members))
        return {str(status): self._failure(by_status[status]) for status in sorted(by_status)}

    def _failure(self, options: list[tuple[str, str, Iterable[tuple[str, Any, bool]]]]) -> dict[str, Any]:
        names = [name for name, _, _ in options]
        schemas = [self._option(code, members) for _, code, members in options]
        described = {
            "description": " or ".join(names) + ".",
            "content": {
                "application/problem+json": {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}
            },
        }
        key, count = "Or".join(names), 2
        while self.responses.setdefault(key, described) != described:
            key, count = f"{'Or'.join(names)}{count}", count + 1
        return {"$ref": f"#/components/responses/{key}"}

    def _option(self, code: str, members: Iterable[tuple[str, Any, bool]]) -> dict[str, Any]:
        listed = list(members)
        own: dict[str, Any] = {
            "properties": {"code": {"const": code}, **{camel(name): self._schemas.of(hint) for name, hint, _ in listed}}
        }
        if required := [camel(name) for name, _, is_required in listed if is_required]:
            own = {"required": required, **own}
        return {"allOf": [{"$ref": f"#/components/schemas/{self.name}"}, own]}


def _codes(route: Route, *, has_caller: bool) -> list[str]:
    codes = [*_ALWAYS, *(_WITH_CALLER if has_caller else ()), *(_WITH_BODY if route.in_body else ())]
    return [*codes, InvalidRequest.code] if route.in_path or route.in_query or route.in_body else codes
