"""How long the answer to a request is waited for, as its header says; work goes on no longer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final

from switchover.contract import TIMEOUT_HEADER
from switchover.errors import InvalidField
from switchover.port.refusing import Refusals
from switchover.port.serve.incoming import Headers

_HEADER: Final = TIMEOUT_HEADER.encode()
_SECONDS: Final = re.compile(rb"[0-9]{1,9}(\.[0-9]{1,9})?")


class OutOfTime(Exception):
    """Nobody waits for the answer any more."""


def deadline_of(headers: Headers, arrived: float, refusals: Refusals) -> float | None:
    """When nobody waits any more, by the clock of `arrived` (`time.monotonic`); None if the request does not say.

    Raises:
        InvalidRequest: what it says is not a number of seconds; see `refusing`.
    """
    header = headers.get(_HEADER)
    if header is None:
        return None
    if not _SECONDS.fullmatch(header):
        what = "has to be seconds, as in 1.5"
        raise refusals.malformed.of([InvalidField("header.X-Switchover-Timeout", what)])
    return arrived + float(header)


async def within(deadline: float, work: Callable[[], Awaitable[Any]]) -> Any:
    """What the work gives, if that is before the deadline. It is cancelled then, and not begun afterwards.

    Raises:
        OutOfTime: it was not.
    """
    left = deadline - monotonic()
    if left <= 0:
        raise OutOfTime
    limit = asyncio.timeout(left)
    try:
        async with limit:
            return await work()
    except TimeoutError as error:
        if limit.expired():
            raise OutOfTime from error
        raise
