"""A token, taken apart and not yet believed (RFC 7515, section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from switchover.trust.oidc.algorithms import EC_ALGORITHMS, ED25519_NAMES, RSA_ALGORITHMS
from switchover.trust.oidc.base64url import decode
from switchover.trust.oidc.json_object import read_object
from switchover.trust.oidc.untrusted import Untrusted

ALGORITHMS: Final = frozenset({*RSA_ALGORITHMS, *(name for name, _, _ in EC_ALGORITHMS.values()), *ED25519_NAMES})
"""What a token may be signed with; which of them, its key says."""
TYPES: Final = frozenset({"at+jwt", "application/at+jwt", "jwt", "application/jwt"})
"""What `typ` may be, in lower case (RFC 9068, section 2.1; RFC 7519, section 5.1), with the
`application/` that RFC 7515, section 4.1.9, lets an issuer leave out."""
MAX_KID: Final = 256
"""The longest identifier of a key, in characters."""

_FORBIDDEN: Final = frozenset({"crit", "b64", "enc", "zip"})
"""Members that change what the token means: extensions, encryption, compression.

Keys that a token brings along, or says where to fetch (`jwk`, `jku`, `x5u`, `x5c`, `x5t`), are not
read at all: the key is found by `kid` among the issuer's own (RFC 8725, section 3.10). Issuers
such as SAP's send them with every token.
"""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says of its signature.

    Attributes:
        algorithm: one of `ALGORITHMS`.
        kid: identifier of the key.
        signed: what the signature is over.
        signature: its bytes.
        payload: the JSON of the claims, which means nothing until the signature is checked.
    """

    algorithm: str
    kid: str
    signed: bytes
    signature: bytes
    payload: bytes


def read_token(text: bytes, *, is_type_required: bool = True) -> Token:
    """Take a token apart.

    Args:
        text: the token.
        is_type_required: whether a token without `typ` is refused; a wrong `typ` always is.

    Raises:
        Untrusted: it cannot be read in exactly one way (`malformed`), or its header says what is
            not accepted (`algorithm`, `type`, `header`).
    """
    try:
        header, payload, signature = text.split(b".")
        members = read_object(decode(header))
        parts = decode(payload), decode(signature)
    except ValueError as error:
        raise Untrusted("malformed") from error
    algorithm, kid = _checked(members, is_type_required=is_type_required)
    return Token(algorithm, kid, text[: -len(signature) - 1], parts[1], parts[0])


def _checked(members: dict[str, Any], *, is_type_required: bool) -> tuple[str, str]:
    """Algorithm and identifier of the key."""
    algorithm, kid = members.get("alg"), members.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Untrusted("algorithm")
    if not _FORBIDDEN.isdisjoint(members):
        raise Untrusted("header")
    _check_type(members, is_required=is_type_required)
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID:
        raise Untrusted("header", rule="kid")
    return algorithm, kid


def _check_type(members: dict[str, Any], *, is_required: bool) -> None:
    if "typ" not in members:
        if is_required:
            raise Untrusted("type", rule="type_missing")
        return
    kind = members["typ"]
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise Untrusted("type")
