"""The metrics of a service, to whoever may have them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from switchover.errors import WIRE_ERRORS, InternalError, Refused, ServiceUnavailable
from switchover.port.plan import Plans
from switchover.port.serve.admission import admit
from switchover.port.serve.body import Reading
from switchover.port.serve.incoming import Headers, trace_of_scope, without_repeats
from switchover.port.serve.reply import Reply, error_reply
from switchover.port.serve.route import Answering
from switchover.port.serve.threads import Threads
from switchover.port.serve.unreached import log_unreached
from switchover.trust import Verifier

if TYPE_CHECKING:  # it needs an extra, which not everybody who serves has
    from switchover.telemetry.metrics.exporter import Metrics

MOST_SCRAPES: Final = 4
"""How many may be answered or wait at a time; Prometheus needs one."""

_MOST_BODY: Final = 64 * 1024

_log = logging.getLogger("switchover.serve")


class MetricsHandler:
    """Answers scrapes, one after the other, on a thread of its own."""

    def __init__(self, metrics: Metrics, verifier: Verifier | None) -> None:
        self._metrics, self._verifier = metrics, verifier
        self._threads = Threads(1)
        self._under_way = 0

    async def __call__(self, scope: Any, receive: Any) -> Reply:
        """The answer to a scrape; every failure is one, nothing is raised."""
        trace = trace_of_scope(scope)
        trace_id = trace.trace_id
        try:
            headers = without_repeats(scope["headers"])
            if self._verifier is not None:
                await admit(
                    self._verifier, scope, headers, Reading(receive, headers.get(b"content-length"), _MOST_BODY)
                )
            return await self._scraped(headers, trace_id)
        except WIRE_ERRORS as error:
            if isinstance(error, Refused):
                self._metrics.refused(error.reason)
            reply = error_reply(error, trace_id)
            log_unreached(scope, reply.status, trace, f"scrape refused ({error.code})")
            return reply
        except Exception as error:
            _log.error("metrics failed [trace %s]", trace_id, exc_info=error)
            return error_reply(InternalError(), trace_id)

    async def _scraped(self, headers: Headers, trace_id: str) -> Reply:
        if self._under_way >= MOST_SCRAPES:
            raise ServiceUnavailable("Too many scrapes are under way.")
        self._under_way += 1
        try:
            accept = headers.get(b"accept", b"").decode("latin-1")
            found = await self._threads.run(self._metrics.exposition, accept)
        except TimeoutError as error:
            _log.warning("metrics of other processes are not to be had: %s", error)
            raise ServiceUnavailable("Other workers are not to be asked just now.") from error
        finally:
            self._under_way -= 1
        reply = Reply(200, (b"content-type", found.content_type.encode()), found.body, trace_id)
        reply.headers.append((b"vary", b"accept"))
        return reply


def mount(
    answers: dict[str, dict[str, Answering]],
    plans: Plans,
    base_path: str,
    *,
    metrics: Metrics,
    path: str,
    verifier: Verifier | None,
    trust: str | None,
) -> None:
    """Answer scrapes at `path`.

    Raises:
        ValueError: nobody would be kept out, or the path is none, or something else is there.
    """
    if verifier is None and trust is None:
        raise ValueError(
            "serve() has metrics and no verifier, so anyone could read them. Give it one (verifier=…), "
            'say that whoever can reach it is trusted (trust="open"), or serve them at a port of their own (serve_metrics)'
        )
    if not is_plain(path):
        raise ValueError(f"metrics_path is a path such as /metrics, not {path!r}")
    taken = [plan.operation.id for plan in plans.values() if _meets(path, base_path + plan.operation.path)]
    if taken or path in answers:
        raise ValueError(
            f"metrics would be at {path}, where {' and '.join(taken) or 'the contract'} is; set metrics_path"
        )
    answers[path] = {"GET": MetricsHandler(metrics, verifier)}


def is_plain(path: str) -> bool:
    """Is this a path that means itself: no templates, no empty pieces, nothing to be escaped?"""
    pieces = path.split("/")
    return (
        len(pieces) > 1
        and not pieces[0]
        and all(piece.replace("-", "").replace("_", "").replace(".", "").isalnum() for piece in pieces[1:])
        and path.isascii()
    )


def _meets(path: str, operation: str) -> bool:
    """Would a request for this path mean the operation?"""
    mine, theirs = path.split("/"), operation.split("/")
    return len(mine) == len(theirs) and all(
        "{" in other or piece == other for piece, other in zip(mine, theirs, strict=True)
    )
