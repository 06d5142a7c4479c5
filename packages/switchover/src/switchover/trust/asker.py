"""Asks over the network."""

from __future__ import annotations

import ssl

from switchover.trust.asking import Answer, Ask, Question


def asker(seconds: float, tls: ssl.SSLContext | None = None) -> Ask:
    """Asks within a time in seconds, the connection included; `tls` trusts other authorities than the usual ones.

    Raises:
        ValueError: the time is not positive.
    """
    if not 0 < seconds < float("inf"):
        raise ValueError(f"a timeout has to be more than 0 seconds, not {seconds}")

    async def ask(question: Question) -> Answer:
        from switchover.trust.exchanging import exchange  # noqa: PLC0415 - httpx, imported when first used

        return await exchange(question, seconds, tls)

    return ask
