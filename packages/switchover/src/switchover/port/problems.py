"""Problem details (RFC 9457), and the failures of the kit's own as such."""

from __future__ import annotations

import http
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from pydantic_core import from_json

from switchover.contract import STANDARD_MEMBERS
from switchover.errors import (
    WIRE_ERRORS,
    CallError,
    InvalidField,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    ServiceUnavailable,
    UnsupportedMediaType,
)

PROBLEM_JSON: Final = "application/problem+json"
BLANK: Final = "about:blank"
"""The `type` of a problem that says nothing beyond its status."""

_WIRE_BY_CODE: Final = {error.code: error for error in WIRE_ERRORS}
_WIRE_BY_STATUS: Final = {error.status: error for error in WIRE_ERRORS}
_PHRASES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
"""RFC 9110 renamed these; older standard libraries have the older names."""
_SECONDS: Final = re.compile("[0-9]{1,9}")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def is_wire_code(code: str) -> bool:
    """Is this the code of a failure that the kit itself answers?"""
    return code in _WIRE_BY_CODE


def problem(
    status: int,
    code: str | None,
    detail: str,
    members: Mapping[str, Any] | None = None,
    *,
    type_: str | None = None,
    title: str | None = None,
    own: AbstractSet[str] = frozenset(),
) -> dict[str, Any]:
    """Problem details; members that are the contract's `own` are those of `members`.

    Without a `type` of its own it is `about:blank`, whose `title` is the phrase of the status (RFC 9457, section 4.2.1).
    """
    found: dict[str, Any] = {"type": type_ or BLANK, "title": title or _phrase(status), "status": status}
    if code is not None:
        found["code"] = code
    if detail:
        found["detail"] = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", detail)
    found.update((name, value) for name, value in (members or {}).items() if name not in STANDARD_MEMBERS - own)
    return found


def write_wire_error(
    error: CallError, type_: str | None = None, title: str | None = None, *, status: int = 0
) -> dict[str, Any]:
    """Problem details of a failure of the kit's own; `type_`, `title` and `status` where the contract documents others for it."""
    members: dict[str, Any] = {}
    if isinstance(error, InvalidRequest):
        members["errors"] = [
            {name: _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text) for name, text in pairs}
            for pairs in ((("where", item.where), ("detail", item.detail)) for item in error.errors)
        ]
    return problem(status or error.status, error.code, error.detail, members, type_=type_, title=title)


def is_kits_own(status: int, body: Mapping[str, Any]) -> bool:
    """Whether a problem is a failure of the kit's own. Every problem of the kit's has a code and a trace id."""
    code = body.get("code")
    cls = _WIRE_BY_CODE.get(code) if isinstance(code, str) else None
    return cls is not None and _has_status(cls, status) and bool(text_of(body, "traceId"))


def read_wire_error(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> CallError | None:
    """The failure of the kit's own that an answer stands for, by its code, or by its status if it has none; None otherwise."""
    code = body.get("code")
    cls = _WIRE_BY_CODE.get(code) if isinstance(code, str) else _WIRE_BY_STATUS.get(status)
    if cls is None or not _has_status(cls, status):
        return None
    detail, trace = text_of(body, "detail"), text_of(body, "traceId") or None
    if cls is InvalidRequest:
        return InvalidRequest(detail, errors=list(_invalid_fields(body.get("errors"))), status=status, trace_id=trace)
    if cls is ServiceUnavailable:
        after = headers.get("retry-after", "")
        return ServiceUnavailable(detail, retry_after=int(after) if _SECONDS.fullmatch(after) else None, trace_id=trace)
    if cls is MethodNotAllowed:
        return MethodNotAllowed(detail, allow=_listed(headers, "allow"), trace_id=trace)
    if cls is UnsupportedMediaType:
        return UnsupportedMediaType(detail, codings=_listed(headers, "accept-encoding"), trace_id=trace)
    return cls(detail, trace_id=trace)


def _has_status(cls: type[CallError], status: int) -> bool:
    return cls.status == status or (cls is InvalidRequest and status == MalformedRequest.status)


def read_problem(data: bytes) -> dict[str, Any]:
    """The members of a problem; empty for what is none."""
    try:
        value = from_json(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def text_of(body: Mapping[str, Any], name: str) -> str:
    """A member that is text; "" for one that is not."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _listed(headers: Mapping[str, str], name: str) -> list[str]:
    """The elements of a header that is a list (RFC 9110, section 5.6.1)."""
    return [item.strip() for item in headers.get(name, "").split(",") if item.strip()]


def _invalid_fields(errors: Any) -> Iterator[InvalidField]:
    for item in errors if isinstance(errors, list) else ():
        if isinstance(item, dict) and isinstance(item.get("where"), str) and isinstance(item.get("detail"), str):
            yield InvalidField(item["where"], item["detail"])


def _phrase(status: int) -> str:
    if status in _PHRASES:
        return _PHRASES[status]
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Error"
