"""What every form of the diary does when a write is refused: it comes back, with what was typed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response

from livetrip_contract import IdempotencyKeyInUse, IdempotencyKeyReused, TripDatesReversed
from livetrip_web.forms.form import Form, FormRefused, key_of
from livetrip_web.pages.failures import failure_of, is_unavailable
from livetrip_web.pages.visit import Visit, new_key
from switchover import CallError

REFUSALS = (FormRefused, TripDatesReversed, IdempotencyKeyReused, IdempotencyKeyInUse, CallError)
"""What a form can come back for."""


def show_form(
    request: Visit, template: str, /, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response[Any]:
    """A form, with nothing wrong unless something is said to be."""
    return request.page(template, status=status, headers=headers, **{"wrong": {}, "problem": None, **values})


def show_again(
    request: Visit, template: str, /, form: Form, fields: Mapping[str, str], error: Exception, **values: Any
) -> Response[Any]:
    """The form once more. The same key where nothing was written; a new one where the old one has been used.

    Raises:
        Exception: the error itself, if the form can do nothing about it.
    """
    told: dict[str, Any] = {"fields": fields, "key": key_of(form), **values}
    match error:
        case FormRefused():
            return show_form(request, template, status=422, **told, wrong=error.wrong)
        case TripDatesReversed():
            return show_form(
                request,
                template,
                status=422,
                **{**told, "key": new_key()},
                wrong={"end_date": "wrong.end_before_start"},
            )
        case IdempotencyKeyReused():
            return show_form(request, template, status=409, **{**told, "key": new_key()}, problem="problem.sent_before")
        case IdempotencyKeyInUse():
            headers = {"retry-after": str(error.retry_after)}
            return show_form(request, template, status=409, headers=headers, **told, problem="problem.in_use")
        case CallError() if is_unavailable(error):
            headers = {"retry-after": str(failure_of(error).retry_after)}
            return show_form(request, template, status=503, headers=headers, **told, problem="problem.unavailable")
    raise error
