"""Who is let in: the same at every door of a service."""

from __future__ import annotations

from typing import Any, Final

from switchover.errors import Forbidden
from switchover.port.serve.body import Reading
from switchover.port.serve.incoming import Headers, target_of
from switchover.trust import CALLER_HEADER, Incoming, Verifier

CALLER: Final = CALLER_HEADER.encode()


async def admit(verifier: Verifier, scope: Any, headers: Headers, reading: Reading) -> None:
    """Let a request in.

    Args:
        verifier: who decides.
        scope: the request's, as ASGI has it.
        headers: the request's, each once.
        reading: its body, for verifiers that look at it.

    Raises:
        Unauthenticated, Forbidden: as the verifier says; Forbidden too for a service that names a user and may not act for any.
    """
    client = scope.get("client")
    peer = client[0] if client else None
    principal = await verifier.verify(Incoming(scope["method"], target_of(scope), headers, peer, reading.body))
    if CALLER in headers and not principal.may_act_for_users:
        raise Forbidden("This service may not act for people.", reason="may_not_act")
