"""Whatever goes wrong becomes a plain page, with the trace that tells us what it was."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException

from livetrip_contract import (
    AnsweredByAnotherVersion,
    EntryNotFound,
    LiveTripError,
    PhotoLimitReached,
    PhotoNotFound,
    PhotoRejected,
    TripNotFound,
)
from livetrip_web.edge.cookies import SESSION
from livetrip_web.edge.forgery import Forged
from livetrip_web.forms.form import UnreadableForm
from livetrip_web.pages.visit import SignInNeeded, Visit, go
from livetrip_web.signing_in.failures import SignInFailed
from livetrip_web.words import say
from switchover.errors import (
    CallError,
    InvalidRequest,
    NotFound,
    Problem,
    ServiceUnavailable,
    TransportError,
    UnknownValue,
)
from switchover.errors.outline import failure_of as in_record
from switchover.errors.outline import outline

_log = logging.getLogger("livetrip.web")

RETRY_SECONDS: Final = 10
"""When to come back, if the service did not say."""

_SAVED: Final = "another_version"
_OF_PROBLEM: Final = {404: "not_found", 409: "conflict"}
"""What a refusal is that only a newer version of the service knows by name."""

_OF_STATUS: Final = {404: "not_found", 405: "not_found", 413: "too_large"}


@dataclass(frozen=True, slots=True)
class Failure:
    """What a page says of an error. `word`: of `failure.<word>.title` and `.text`; `retry_after`: seconds."""

    status: int
    word: str
    retry_after: int | None = None


def failure_of(error: Exception) -> Failure:
    """What an error is to whoever asked."""
    match error:
        case CallError():
            return _of_call(error)
        case LiveTripError():
            return _refused(error)
        case SignInFailed():
            return Failure(503, "issuer", RETRY_SECONDS) if error.status == 503 else Failure(error.status, "sign_in")
        case Forged():
            return Failure(403, "forged")
        case UnreadableForm():
            return Failure(400, "unreadable")
        case HTTPException(status_code=status) if status < 500:
            return Failure(status, _OF_STATUS.get(status, "unreadable"))
    return Failure(500, "broken")


def _of_call(error: CallError) -> Failure:
    match error:
        case ServiceUnavailable():
            return Failure(503, "unavailable", error.retry_after or RETRY_SECONDS)
        case TransportError():
            return Failure(503, "unavailable", RETRY_SECONDS)
        case UnknownValue():
            # What has a key is a write, and it was carried out.
            return Failure(409, _SAVED) if error.idempotency_key else Failure(503, "unavailable", RETRY_SECONDS)
        case Problem(status=status) if status < 500:
            return Failure(status, _OF_PROBLEM.get(status, "unreadable"))
        case NotFound():
            return Failure(404, "not_found")
        case InvalidRequest():
            return Failure(400, "unreadable")
    return Failure(500, "broken")


def _refused(error: LiveTripError) -> Failure:
    match error:
        case TripNotFound() | EntryNotFound() | PhotoNotFound():
            return Failure(404, "not_found")
        case AnsweredByAnotherVersion():
            return Failure(409, _SAVED)
        case PhotoRejected():
            is_large = error.reason == "too_many_pixels"
            return Failure(422, f"photo_rejected.{error.reason}" if is_large else "photo_rejected")
        case PhotoLimitReached():
            return Failure(409, f"photo_limit.{error.limit}")
    return Failure(error.status, "conflict" if error.status == 409 else "unreadable")


def is_unavailable(error: CallError) -> bool:
    """Can the same be tried again later?"""
    return isinstance(error, ServiceUnavailable | TransportError)


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to a request that went wrong."""
    visit = Visit(request.scope)
    if isinstance(error, SignInNeeded):
        return _signing_in(visit)
    failure = failure_of(error)
    if isinstance(error, Forged) and not visit.is_foreign and not visit.guest.cookie(SESSION):
        failure = Failure(403, "cookies")
    if isinstance(error, SignInFailed):
        _log.warning("trace %s: nobody was signed in: %s", visit.guest.trace.trace_id, error.reason)
    if failure.status >= 500:
        _tell(visit.guest.trace.trace_id, error, is_ours=failure.status == 500)
    headers = {} if failure.retry_after is None else {"retry-after": str(failure.retry_after)}
    if visit.wants_json:
        return Response(_problem(visit, failure), status_code=failure.status, headers=headers)
    # A form that cannot show itself again (one that deletes, say) is offered as it was, with its idempotency key.
    again = visit.sent_form if failure.status == 503 else None
    told: dict[str, Any] = {"failure": failure, "is_get": visit.method == "GET", "again": again}
    at = None if again is None else visit.address
    return visit.page("failure.html", status=failure.status, headers=headers, action=visit.address, at=at, **told)


def _tell(trace_id: str, error: Exception, *, is_ours: bool) -> None:
    """What an exception says itself may be what somebody wrote in their diary: it is told by its class and where it was raised."""
    if is_ours:
        _log.error("trace %s: %s", trace_id, outline(error), extra=in_record(error))
    else:
        _log.error("trace %s: %s", trace_id, type(error).__name__)


def _signing_in(visit: Visit) -> Response[Any]:
    if visit.wants_json:
        return Response(_problem(visit, Failure(401, "sign_in")), status_code=401)
    if not visit.is_foreign and (visit.guest.is_over or visit.method != "GET"):
        visit.guest.tell("session_over")
    following = visit.address.removesuffix("/completed")  # the only form that is sent to where no page is
    return go(f"/sign-in?next={quote(following, safe='/')}")


def _problem(visit: Visit, failure: Failure) -> dict[str, Any]:
    detail = say(visit.guest.language, f"failure.{failure.word}.text")
    return {"status": failure.status, "code": failure.word, "detail": detail, "traceId": visit.guest.trace.trace_id}
