"""What a signature covers, and the text that is signed (RFC 9421, sections 2 and 2.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from switchover.contract import CALLER_HEADER

TAG: Final = "switchover"
"""The `tag` of signatures between services (RFC 9421, section 2.3): one made for another purpose is none of ours."""

METHOD: Final = '"@method"'
TARGET_URI: Final = '"@target-uri"'
SCHEME: Final = '"@scheme"'
AUTHORITY: Final = '"@authority"'
PATH: Final = '"@path"'
QUERY: Final = '"@query"'
CONTENT_DIGEST: Final = '"content-digest"'

ALWAYS_COVERED: Final = (METHOD, TARGET_URI, CONTENT_DIGEST)
"""Of every request. A request without a body has the digest of no bytes, so that nobody can add one."""

COVERED_IF_PRESENT: Final = frozenset({"authorization", "content-type", "cookie", CALLER_HEADER, "idempotency-key"})
"""Headers that say who asks, for whom, and what: a request that has one is refused unless the signature covers it."""

NEVER_COVERED: Final = frozenset({"accept", "baggage", "traceparent", "tracestate"})
"""Headers that whatever stands between the services may write anew, because they are no part of what is asked: a proxy that takes part in
a trace has to put its own span into `traceparent` (W3C Trace Context, section 3.4), and would break the signature by it."""

_BASE_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*)/?"
)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Unsignable(ValueError):
    """A value cannot stand in a signature base, because it is not one line of ASCII."""


def identifier(header: str) -> str:
    """The component identifier of a header, whose name is in lower case."""
    return f'"{header}"'


def signature_base(components: Iterable[tuple[str, str]], parameters: str) -> bytes:
    """The bytes that are signed (RFC 9421, section 2.5).

    Args:
        components: identifier and value of each.
        parameters: the value of `@signature-params`.

    Raises:
        Unsignable: a value is not one line of ASCII.
    """
    lines = [f"{name}: {_line(value)}" for name, value in components]
    lines.append(f'"@signature-params": {parameters}')
    return "\n".join(lines).encode("ascii")


def target_prefix(base_url: str) -> str:
    """What stands before path and query in a target URI (RFC 9421, section 2.2.2): a base URL without its slash at the end, scheme and
    host in lower case, without the scheme's own port.

    Raises:
        ValueError: it is none, or says more than scheme, host, port and path.
    """
    scheme, separator, rest = base_url.partition("://")
    authority, slash, path = rest.partition("/")
    match = _BASE_URL.fullmatch(f"{scheme}{separator}{authority}".lower() + slash + path)
    if match is None:
        raise ValueError("the base URL of signed messages is scheme, host and path alone: https://diary.internal")
    port = match["port"]
    suffix = f":{int(port)}" if port and int(port) != _DEFAULT_PORTS[match["scheme"]] else ""
    return f"{match['scheme']}://{match['host']}{suffix}{match['path']}"


def derived_components(method: str, prefix: str, target: str) -> dict[str, str]:
    """The derived components of a request (RFC 9421, section 2.2), by identifier.

    Args:
        method: as it was sent.
        prefix: what `target_prefix` returned: the address is that of the two sides' agreement.
        target: path and query as they were sent.
    """
    scheme, _, rest = prefix.partition("://")
    authority, slash, base_path = rest.partition("/")
    path, _, query = target.partition("?")
    return {
        METHOD: method,
        TARGET_URI: prefix + target,
        SCHEME: scheme,
        AUTHORITY: authority,
        PATH: f"{slash}{base_path}{path}" or "/",
        QUERY: f"?{query}",
    }


def _line(value: str) -> str:
    stripped = value.strip(" \t")
    if not stripped.isascii() or not stripped.replace("\t", " ").isprintable():
        raise Unsignable("a value is not one line of ASCII")
    return stripped
