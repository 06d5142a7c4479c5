"""JSON that somebody else wrote, read so that it means one thing."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, Final

from switchover.errors import CredentialUnavailable
from switchover.trust.asking import Answer

_TOKEN: Final = re.compile(r"[!-~]{1,16384}")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_OAUTH_ERRORS: Final = frozenset(
    {
        "access_denied", "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "invalid_target",
        "server_error", "temporarily_unavailable", "unauthorized_client", "unsupported_grant_type",
    }
)  # fmt: skip
"""Codes of RFC 6749 (sections 4.1.2.1 and 5.2) and RFC 8707. What else an issuer says is not repeated: it might quote a secret."""


def json_object(answer: Answer) -> dict[str, Any]:
    """The object that a successful answer is.

    Raises:
        CredentialUnavailable: it is no success, or no JSON object.
    """
    if answer.status != 200:
        raise CredentialUnavailable(f"{answer.whom} answers {answer.status}{_oauth_error(answer.body)}")
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise CredentialUnavailable(f"{answer.whom} does not answer application/json")
    return _required(read_object(answer.body), answer)


def read_object(text: bytes) -> dict[str, Any] | None:
    """The object of a JSON text in UTF-8; None for anything else, also where a name is there twice (RFC 8259, section 4)."""
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def visible(value: Any) -> str | None:
    """A token that fits into a header: visible ASCII (RFC 6750, section 2.1, and wider, as issuers are), up to 16 KiB."""
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else None


def seconds_of(value: Any) -> float | None:
    """A positive number of seconds, or a point in time; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e12:
        return float(value)
    return None


def claims_of(token: str) -> dict[str, Any] | None:
    """What a JWT says (RFC 7519), unverified: whoever is given it for its own use has no need to; None if it is none."""
    parts = token.split(".")
    if len(parts) != 3 or not all(_BASE64URL.fullmatch(part) for part in parts):
        return None
    try:
        return read_object(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except binascii.Error:
        return None


def _required(value: dict[str, Any] | None, answer: Answer) -> dict[str, Any]:
    if value is None:
        raise CredentialUnavailable(f"{answer.whom} answers what is no JSON object")
    return value


def _oauth_error(body: bytes) -> str:
    code = (read_object(body) or {}).get("error")
    return f" ({code})" if isinstance(code, str) and code in _OAUTH_ERRORS else ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(_: str) -> None:
    raise ValueError
