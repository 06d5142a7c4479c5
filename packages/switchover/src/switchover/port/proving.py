"""The credential that goes with each attempt of a call: an attempt proves itself anew, because a signature is good for one."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from time import monotonic

from switchover.errors import CallTimeout
from switchover.port.plan import Plans
from switchover.port.transports.base import Timeouts
from switchover.port.wire import WireRequest, WireResponse
from switchover.trust import CredentialSource, QueryCredential, Revocable

Send = Callable[[WireRequest, Timeouts], Awaitable[WireResponse]]
SendBlocking = Callable[[WireRequest, Timeouts], WireResponse]


def check_credentials(plans: Plans, credentials: CredentialSource | None, trust: str | None) -> None:
    """That no credentials are needed has to be said: it cannot be seen from an address.

    Raises:
        ValueError: there are none and nothing is said, or both are given.
    """
    if credentials is not None and trust is not None:
        raise ValueError('http() has credentials and trust="open"; only one can be meant')
    if trust not in (None, "open"):
        raise ValueError(f'trust is "open" or nothing, not {trust!r}')
    if credentials is None and trust is None and any(plan.operation.needs_caller for plan in plans.values()):
        raise ValueError(
            "http() has no credentials, and operations of this contract need credentials. Give it what this service proves itself with "
            '(credentials=SharedKey(…)), or say that the service trusts whoever can reach it (trust="open")'
        )


def proving(send: Send, credentials: CredentialSource) -> Send:
    """Sends with a credential, from coroutines. What has to be fetched first is, within the time that the caller sees to."""
    told, with_proof = _told_of_refusals(credentials), _prover(credentials)

    async def proven(request: WireRequest, timeouts: Timeouts) -> WireResponse:
        if not credentials.is_ready():
            await credentials.refresh()
        return told(await send(with_proof(request), timeouts))

    return proven


def blocking_proving(send: SendBlocking, credentials: CredentialSource) -> SendBlocking:
    """Sends with a credential, from threads. What has to be fetched first takes its time from the attempt's."""
    told, with_proof = _told_of_refusals(credentials), _prover(credentials)

    def proven(request: WireRequest, timeouts: Timeouts) -> WireResponse:
        if not credentials.is_ready():
            timeouts = _after_refresh(credentials, timeouts)
        return told(send(with_proof(request), timeouts))

    return proven


def _prover(credentials: CredentialSource) -> Callable[[WireRequest], WireRequest]:
    in_query = credentials if isinstance(credentials, QueryCredential) else None

    def proven(request: WireRequest) -> WireRequest:
        found = replace(request, headers=_with_headers(request.headers, credentials.headers(request)))
        if in_query is not None and (query := in_query.query(request)):
            found.target += f"{'&' if '?' in found.target else '?'}{query}"
        return found

    return proven


def _with_headers(headers: list[tuple[str, str]], proof: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of a request with those that prove it; a request has one `Cookie` (RFC 6265, section 5.4)."""
    cookies = [value for name, value in (*headers, *proof) if name == "cookie"]
    if len(cookies) < 2:
        return [*headers, *proof]
    return [("cookie", "; ".join(cookies)), *(header for header in (*headers, *proof) if header[0] != "cookie")]


def _told_of_refusals(credentials: CredentialSource) -> Callable[[WireResponse], WireResponse]:
    if not isinstance(credentials, Revocable):
        return lambda response: response

    def told(response: WireResponse) -> WireResponse:
        if response.status == 401:
            credentials.refused()
        return response

    return told


def _after_refresh(credentials: CredentialSource, timeouts: Timeouts) -> Timeouts:
    """What is left of the time once the credential is there."""
    started = monotonic()
    try:
        _in_thread(credentials.refresh_blocking).result(timeouts.total)
    except TimeoutError as error:
        raise CallTimeout(phase="total", seconds=timeouts.total) from error
    # The fetch may end at the very end of the time; the attempt then has none left, and says so by itself.
    return replace(timeouts, total=max(timeouts.total - (monotonic() - started), 0.001))


def _in_thread(refresh: Callable[[], None]) -> Future[None]:
    """Runs beside, so that a source which forgot to bound its wait does not keep the call."""
    done: Future[None] = Future()

    def run() -> None:
        try:
            refresh()
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)

    threading.Thread(target=run, name="switchover-refresh", daemon=True).start()
    return done
