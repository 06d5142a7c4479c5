"""What a web request asks for, beside the calls that are made to answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from switchover import calling
from switchover.rollout import asked_side


@contextmanager
def for_request(headers: Mapping[str, str], *, session: str | None = None) -> Iterator[None]:
    """Make the calls inside on the side that the header `x-backend` or the cookie `backend` asks for, where the plan allows the user that.

    Args:
        headers: of the request.
        session: what names an anonymous visitor, so that a rollout keeps them on one side.
    """
    with calling(backend=asked_side(headers), session=session or None):
        yield
