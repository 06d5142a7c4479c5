"""Failures in the form that the contract gives them: problem details, another object, a JSON value, or text.

What a contract defines is never overwritten: the kit's own members go into problem details, and elsewhere into members that the contract
has for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic_core import from_json

from switchover.contract import STANDARD_MEMBERS, Failure, SchemaCheck, pointer
from switchover.contract.operations.failures import TEXT_MEMBERS
from switchover.errors import InvalidField, InvalidRequest, Problem
from switchover.port.problems import is_wire_code, problem, text_of
from switchover.port.wire import WireResponse

_LONGEST_TEXT: Final = 2000
_KINDS: Final = {"status": int}
"""Of the members that every problem has; the others are text."""


def write_failure(
    failure: Failure,
    status: int,
    text: str,
    members: Mapping[str, Any],
    *,
    type_: str | None,
    text_member: str,
    check: SchemaCheck | None,
) -> Any:
    """Return the body of a documented failure: an object, or for other forms a list or a text.

    Args:
        failure: as the contract documents it.
        status: that is sent.
        text: for people.
        members: what the failure carries besides.
        type_: the exception's own `type`; None for the one that the contract documents.
        text_member: the member that the text goes into; "" where there is none.
        check: of the whole body, where the contract describes an object.
    """
    if failure.form == "text":
        return text
    if failure.form == "value":
        return [text] if "array" in failure.shape.kinds else text
    if failure.form == "object":
        return _write_object(failure, status, text, members, type_=type_, text_member=text_member, check=check)
    code = failure.code if failure.is_coded else None
    body = problem(status, code, text, members, type_=type_ or failure.type, title=failure.title, own=failure.own)
    if failure.needs_detail:
        body.setdefault("detail", "")
    if text_member != "detail" and (text or text_member in failure.required):
        body.setdefault(text_member, text)
    return body


def _write_object(
    failure: Failure,
    status: int,
    text: str,
    members: Mapping[str, Any],
    *,
    type_: str | None,
    text_member: str,
    check: SchemaCheck | None,
) -> dict[str, Any]:
    body = dict(members)
    known = {"code": failure.code, "status": status, "type": type_ or failure.type, "title": failure.title}
    for name in failure.filled:
        if known.get(name) is not None:
            body.setdefault(name, known[name])
    if text_member and (
        text or (text_member in failure.shape.properties and failure.shape.properties[text_member].is_required)
    ):
        body.setdefault(text_member, text)
    elif text and not text_member:
        with_text = {"detail": text, **body}
        return with_text if check is None or check.is_valid(with_text) else body
    return body


def write_kits_own(failure: Failure, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a failure of the kit's own in the form of a documented object; whether the contract takes that is to be seen.

    Code and trace id stay, by which the kit's callers know it.
    """
    found = {name: body[name] for name in (*sorted(failure.filled), "code", "errors", "traceId") if name in body}
    if failure.text:
        found[failure.text] = body.get("detail", body["title"])
    elif "detail" in failure.own:
        found["detail"] = [_located(item) for item in body.get("errors", ())]
    return found


def _located(item: Mapping[str, str]) -> dict[str, Any]:
    """An invalid field as FastAPI lists it."""
    named, _, below = item["where"].partition("#")
    tokens = [int(token) if token.isdigit() else pointer.unescape(token) for token in below.split("/")[1:]]
    return {"loc": [*named.split(".", 1), *tokens], "msg": item["detail"], "type": "value_error"}


def read_body(response: WireResponse) -> Any:
    """Return the body of a failure: what its JSON is, its text where it is plain text, and otherwise an empty object."""
    try:
        value = from_json(response.body)
    except ValueError:
        is_text = (response.header("content-type") or "").startswith("text/plain")
        return response.body.decode(errors="replace") if is_text else {}
    return {} if value is None else value


def read_members(body: Mapping[str, Any], failure: Failure | None) -> dict[str, Any]:
    """Return what a failure says besides what every problem does; everything, where it is no problem details."""
    if failure is not None and failure.form != "problem":
        return {name: value for name, value in body.items() if name != "traceId" or name in failure.own}
    own = failure.own if failure is not None else frozenset()
    is_coded = failure is None or failure.is_coded
    return {
        name: value
        for name, value in body.items()
        if name not in STANDARD_MEMBERS
        or name in own
        or not isinstance(value, _KINDS.get(name, str))
        or (name == "code" and not is_coded and not (isinstance(value, str) and is_wire_code(value)))
    }


def find_text(body: Any) -> str:
    """Return a text for people from a failure of any form; "" if there is none."""
    return "; ".join(_texts(body))[:_LONGEST_TEXT]


def _texts(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, list):
        for item in body[:10]:
            yield from _texts(item)
    elif isinstance(body, Mapping):
        for name in (*TEXT_MEMBERS, "errors"):
            found = list(_texts(body.get(name)))
            if any(found):
                yield from found
                return


def read_invalid_fields(status: int, body: Mapping[str, Any]) -> InvalidRequest | None:
    """Return the InvalidRequest that FastAPI's answer to an invalid request stands for; None for any other answer.

    Its `detail` lists where (`loc`: `["query", "n"]`) and what (`msg`).
    """
    listed = body.get("detail")
    if status != InvalidRequest.status or not isinstance(listed, list) or not listed:
        return None
    found: list[InvalidField] = []
    for item in listed:
        place, what = (item.get("loc"), item.get("msg")) if isinstance(item, Mapping) else (None, None)
        if not isinstance(place, list) or not isinstance(what, str):
            return None
        found.append(InvalidField(_where(place), what))
    return InvalidRequest(errors=found, trace_id=text_of(body, "traceId") or None)


def _where(place: list[Any]) -> str:
    if not place:
        return "request"
    is_body = place[0] == "body"
    named, below = place[:1] if is_body else place[:2], place[1:] if is_body else place[2:]
    return ".".join(map(str, named)) + (f"#{pointer.of(below)}" if below else "")


def make_problem(
    code: str, status: int, body: Any, failure: Failure | None = None, type_: str | None = None
) -> Problem:
    """Return the failure without a class that an answer stands for."""
    if not isinstance(body, Mapping):
        return Problem(code, status, find_text(body), body=body)
    told = text_of(body, failure.text if failure is not None else "detail")
    return Problem(
        code,
        status,
        told or find_text(body),
        members=read_members(body, failure),
        problem_type=type_,
        trace_id=text_of(body, "traceId") or None,
    )
