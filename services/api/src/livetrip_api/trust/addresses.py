"""From where the service may be called."""

from __future__ import annotations

from typing import Any, Final, cast

from livetrip_adapters.trust import Reading
from switchover import IpAllowlist
from switchover.trust.allowlist import ForwardingHeader

_ALLOW: Final = "LIVETRIP_TRUST_ALLOW"
_PROXIES: Final = "LIVETRIP_TRUST_PROXIES"
_HEADER: Final = "LIVETRIP_TRUST_PROXY_HEADER"


def allowlist(reading: Reading, *, is_socket: bool) -> IpAllowlist | None:
    """The blocks that calls may come from, if any are named. Behind a Unix socket there is no address but those that proxies write."""
    blocks, proxies = reading.optional(_ALLOW), reading.optional(_PROXIES)
    header = reading.optional(_HEADER) or "x-forwarded-for"
    if not reading.is_set(_ALLOW):
        for name in (_PROXIES, _HEADER):
            if reading.is_set(name):
                reading.wrong(name, f"is set, and {_ALLOW} is not: nobody asks where a call comes from")
        return None
    if reading.is_set(_HEADER) and not reading.is_set(_PROXIES):
        reading.wrong(_HEADER, f"is set, and {_PROXIES} is not: the header counts for nothing")
    if is_socket and not _is_count(proxies):
        what = f"nobody could call: over a Unix socket a connection has no address; count the proxies in {_PROXIES}"
        reading.wrong(_ALLOW, what)
    if blocks is None:
        return None
    return reading.made(
        _ALLOW,
        lambda: IpAllowlist(
            _listed(blocks), trusted_proxies=_proxies(proxies), header=cast("ForwardingHeader", header)
        ),
    )


def _is_count(proxies: str | None) -> bool:
    return proxies is not None and proxies.strip().isdecimal() and int(proxies) > 0


def _proxies(text: str | None) -> Any:
    if text is None:
        return 0
    return int(text) if text.strip().isdecimal() else _listed(text)


def _listed(text: str) -> list[str]:
    return [block.strip() for block in text.split(",")]
