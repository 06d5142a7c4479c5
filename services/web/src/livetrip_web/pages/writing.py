"""What every form of the diary does when a write is refused: it comes back, with what was typed and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from litestar import Response

from livetrip_contract import IdempotencyKeyInUse, IdempotencyKeyReused, TripDatesReversed
from livetrip_web.edge.forgery import Forged
from livetrip_web.forms.form import Form, FormRefused, draft_of, is_key, key_of
from livetrip_web.pages.failures import failure_of, is_unavailable
from livetrip_web.pages.visit import SignInNeeded, Switched, Visit, go, new_key
from switchover import CallError

REFUSALS = (
    FormRefused,
    TripDatesReversed,
    IdempotencyKeyReused,
    IdempotencyKeyInUse,
    CallError,
    SignInNeeded,
    Forged,
    Switched,
)
"""What a form can come back for."""

_DRAWER: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)


def show_form(
    request: Visit, template: str, /, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response[Any]:
    """A form, with nothing wrong unless something is said to be."""
    told = {"wrong": {}, "problem": None, "draft": values.get("key", ""), **values}
    return request.page(template, status=status, headers=headers, **told)


def show_new(request: Visit, template: str, /, path: str, **values: Any) -> Response[Any]:
    """An empty form, whose key is in its address: a browser that goes back after saving finds the form that was saved."""
    key = request.query_params.get("key", "")
    if not is_key(key):
        return go(f"{path}?key={new_key()}")
    return show_form(request, template, key=key, is_fresh=True, **values)


def show_again(
    request: Visit, template: str, /, form: Form, fields: Mapping[str, str], error: Exception, *, at: str, **values: Any
) -> Response[Any]:
    """The form once more. The same key where nothing was written; a new one where the old one has been used.

    Args:
        request: that brought it.
        template: of the page.
        form: as it was sent.
        fields: what was typed.
        error: why it comes back.
        at: the address of the page that has the form.
        values: what else the page shows.

    Raises:
        Exception: the error itself, if the form can do nothing about it.
    """
    status, told = _complaint(error)
    key = new_key() if isinstance(error, TripDatesReversed | IdempotencyKeyReused) else key_of(form)
    if "version" not in values:
        at = f"{at}?key={key}"
    if isinstance(error, SignInNeeded) and _DRAWER.fullmatch(form.get("drawer", "")):
        told["drawer"] = form["drawer"]
    return show_form(
        request, template, status=status, key=key, draft=draft_of(form), fields=fields, at=at, **{**values, **told}
    )


def _complaint(error: Exception) -> tuple[int, dict[str, Any]]:
    """Status and what the page says."""
    match error:
        case Switched():
            return 200, {}
        case FormRefused():
            return 422, {"wrong": error.wrong}
        case TripDatesReversed():
            return 422, {"wrong": {"end_date": "wrong.end_before_start"}}
        case IdempotencyKeyReused():
            return 409, {"problem": "problem.sent_before"}
        case IdempotencyKeyInUse():
            return 409, {"headers": {"retry-after": str(error.retry_after)}, "problem": "problem.in_use"}
        case CallError() if is_unavailable(error):
            headers = {"retry-after": str(failure_of(error).retry_after)}
            return 503, {"headers": headers, "problem": "problem.unavailable"}
        case SignInNeeded():
            return 403, {"problem": "problem.signed_out"}
        case Forged():
            return 403, {"problem": "problem.too_old"}
    raise error
