"""Whatever goes wrong has a plain page that carries the trace."""

from __future__ import annotations

import logging
import re

import pytest

from livetrip_contract import AnsweredByAnotherVersion, VersionConflict
from support.diary import Unreliable
from support.pages import Browser, Page
from switchover import current
from switchover.errors import (
    CallTimeout,
    ConnectionLost,
    InternalError,
    InvalidRequest,
    Problem,
    ServiceUnavailable,
    ServiceUnreachable,
    UnexpectedAnswer,
    UnknownValue,
)


@pytest.mark.parametrize(
    ("error", "retry_after"),
    [
        (ServiceUnavailable("down", retry_after=30), "30"),
        (ServiceUnavailable("down"), "10"),
        (ServiceUnreachable("down"), "10"),
        (ConnectionLost("down"), "10"),
        (CallTimeout("down"), "10"),
        (UnexpectedAnswer("down"), "10"),
    ],
)
async def test_a_service_that_is_down_is_a_clear_page_that_does_not_reload_itself(
    aiko: Browser, live_trip: Unreliable, error: Exception, retry_after: str
) -> None:
    live_trip.failure = lambda: error
    page = await aiko.open("/trips")
    assert (page.status, page.headers["retry-after"]) == (503, retry_after)
    assert "The diary cannot be reached" in page.text
    assert "refresh" not in page.headers
    assert not [told for tag, told in page.tags if tag == "meta" and "http-equiv" in told]
    assert "/trips" in page.links
    live_trip.failure = None
    assert (await aiko.open("/trips")).status == 200


async def test_what_is_our_own_fault_is_logged_with_the_trace_that_the_page_shows_and_says_nothing_else(
    aiko: Browser, live_trip: Unreliable, caplog: pytest.LogCaptureFixture
) -> None:
    live_trip.failure = lambda: RuntimeError("the secret is swordfish")
    with caplog.at_level(logging.ERROR, "livetrip.web"):
        page = await aiko.open("/trips")
    assert page.status == 500
    assert "swordfish" not in page.html
    trace = re.search(r"Trace ID: ([0-9a-f]{32})", page.text)
    assert trace is not None
    assert trace[1] in caplog.text


async def test_a_log_says_where_an_error_was_raised_and_nothing_of_what_somebody_wrote(
    aiko: Browser, live_trip: Unreliable, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Exception:
        try:
            raise LookupError("the cause is swordfish")
        except LookupError as cause:
            error = RuntimeError("the secret is swordfish")
            error.__cause__ = cause
            return error

    live_trip.failure = broken
    with caplog.at_level(logging.ERROR):
        assert (await aiko.open("/trips")).status == 500
    assert "swordfish" not in caplog.text
    assert "builtins.RuntimeError at " in caplog.text
    assert "after builtins.LookupError at " in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InternalError("x"), 500),
        (InvalidRequest("x"), 400),
        (VersionConflict("x", current_version=2), 409),
        (UnknownValue("x", answered=200), 503),
        (Problem("trip_archived", 409, "x"), 409),
        (Problem("trip_hidden", 404, "x"), 404),
        (Problem("trip_locked", 423, "x"), 423),
    ],
)
async def test_other_errors_have_a_page_as_well(
    aiko: Browser, live_trip: Unreliable, error: Exception, status: int
) -> None:
    live_trip.failure = lambda: error
    assert (await aiko.open("/trips")).status == status


async def test_a_form_that_met_our_own_fault_ends_at_a_page_as_well(aiko: Browser, live_trip: Unreliable) -> None:
    form = await aiko.open("/trips/new")
    live_trip.failure = lambda: InternalError("x")
    page = await aiko.submit(form, title="Kyoto", start_date="2026-11-20", end_date="2026-11-24")
    assert page.status == 500


@pytest.mark.parametrize("error", [UnknownValue("x", answered=201), AnsweredByAnotherVersion("x")])
async def test_a_form_that_another_version_saved_is_told_so_and_not_to_be_sent_again(
    aiko: Browser, live_trip: Unreliable, error: Exception
) -> None:
    form = await aiko.open("/trips/new")

    def failing() -> Exception:
        if isinstance(error, UnknownValue):
            error.idempotency_key = "k"
        return error

    live_trip.failure = failing
    page = await aiko.submit(form, title="Kyoto", start_date="2026-11-20", end_date="2026-11-24")
    assert page.status == 409
    assert "It has been saved" in page.text
    assert "/trips" in page.links


async def test_calls_of_a_page_belong_to_its_trace(aiko: Browser, live_trip: Unreliable) -> None:
    seen = []

    def failing() -> Exception:
        position = current().trace
        assert position is not None
        seen.append(position.trace_id)
        return ServiceUnavailable("down")

    live_trip.failure = failing
    page = await aiko.open("/trips", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    assert seen[0] in page.text
    assert seen[0] != "a" * 32  # nobody outside names our traces


def hidden(page: Page, action: str) -> dict[str, str]:
    return {name: value for name, value in page.form(action).fields.items() if name != "csrf"}


@pytest.mark.parametrize("after", [False, True], ids=["not carried out", "carried out, and the answer lost"])
async def test_a_form_that_deletes_comes_back_with_its_key_and_deletes_once(
    aiko: Browser, live_trip: Unreliable, *, after: bool
) -> None:
    trip, other = await aiko.plan(), await aiko.plan(title="Nara")
    form = await aiko.open(f"{trip}/delete")
    live_trip.failure, live_trip.after = (lambda: ServiceUnavailable("down", retry_after=5)), after
    failed = await aiko.submit(form)
    assert (failed.status, failed.headers["retry-after"]) == (503, "5")
    again = await aiko.submit(failed, "/delete")
    assert again.status == 503
    assert hidden(failed, "/delete") == hidden(again, "/delete") == hidden(form, "/delete")
    live_trip.failure = None
    deleted = await aiko.submit(again, "/delete")
    assert (deleted.status, deleted.path) == (200, "/trips")
    assert trip not in deleted.links
    assert other in deleted.links


async def test_what_was_typed_is_kept_when_the_other_version_cannot_be_read(
    aiko: Browser, live_trip: Unreliable
) -> None:
    """The write met another version, and the service went down before that one could be shown."""
    trip = await aiko.plan()
    form = await aiko.open(f"{trip}/edit")
    errors = iter([VersionConflict("x", current_version=2), ServiceUnavailable("down")])
    live_trip.failure = lambda: next(errors)
    typed = 'Two lines,\none "quoted" & <b>bold</b>.'
    failed = await aiko.submit(form, description=typed)
    assert failed.status == 503
    assert failed.form("/edit").fields["description"] == typed
    live_trip.failure = None
    changed = await aiko.submit(failed, "/edit")
    assert changed.status == 200
    assert "Two lines" in changed.text


async def test_only_what_may_be_sent_again_is_offered_again(aiko: Browser, live_trip: Unreliable) -> None:
    form = await aiko.open(f"{await aiko.plan()}/delete")
    live_trip.failure = lambda: InternalError("x")
    assert not [one for one in (await aiko.submit(form)).forms if one.action.endswith("/delete")]
    live_trip.failure = lambda: ServiceUnavailable("down")
    assert not [one for one in (await aiko.open("/trips")).forms if one.action.endswith("/trips")]
    forged = await aiko.submit(form, csrf="forged")
    assert (forged.status, [one.action for one in forged.forms if one.action.endswith("/delete")]) == (403, [])
