"""A short-lived JWT that a service issues to itself: for development, and where there is no issuer."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from switchover.trust.outgoing import Outgoing
from switchover.trust.signing_key import SigningKey

if TYPE_CHECKING:
    from switchover.trust.signing_key import PrivateKey


class PrivateKeyJwt:
    """Sends a JWT (RFC 7519) signed with a key of its own, as a bearer token. Nothing is fetched: the verifying side is given `jwks()`.

    Args:
        key: P-256 (ES256), RSA (RS256) or Ed25519, as PEM without a password or as an object of `cryptography`.
        issuer: `iss`, whom the verifying side knows the keys of.
        subject: `sub`, the name of the calling service; unless given, the issuer.
        audience: `aud`, the name of the service that is called.
        lifetime_seconds: `exp` after `iat`. A token is used for three quarters of it.
        kid: identifier of the key; unless given, its thumbprint (RFC 7638).
        clock: seconds since 1970.

    Raises:
        ValueError: the key cannot be used, a name is empty, or the lifetime is not 10 s to 1 h.
    """

    __slots__ = ("_audience", "_claims", "_clock", "_key", "_lifetime", "_lock", "_made")

    def __init__(
        self,
        key: str | bytes | PrivateKey,
        *,
        issuer: str,
        audience: str,
        subject: str | None = None,
        lifetime_seconds: int = 300,
        kid: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        subject = issuer if subject is None else subject
        if not issuer or not audience or not subject:
            raise ValueError("issuer, subject and audience of a token have to be said")
        if not 10 <= lifetime_seconds <= 3600:
            raise ValueError(f"a token lives for 10 to 3600 seconds, not {lifetime_seconds}")
        self._key = SigningKey.of(key, kid=kid)
        self._claims = {"iss": issuer, "sub": subject, "aud": audience}
        self._lifetime = lifetime_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._made: tuple[float, float, tuple[tuple[str, str], ...]] | None = None

    def is_ready(self) -> bool:
        """Always."""
        return True

    async def refresh(self) -> None:
        """There is nothing to fetch."""

    def refresh_blocking(self) -> None:
        """There is nothing to fetch."""

    def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
        """The token, as `Authorization`."""
        made, now = self._made, self._clock()
        if made is None or not made[0] <= now < made[1]:
            with self._lock:
                made = self._made
                if made is None or not made[0] <= now < made[1]:
                    made = self._made = self._new(now)
        return made[2]

    def _new(self, now: float) -> tuple[float, float, tuple[tuple[str, str], ...]]:
        """A new token: from when and until when it is sent, and how."""
        issued = int(now)
        times = {"iat": issued, "exp": issued + self._lifetime, "jti": secrets.token_urlsafe(16)}
        token = self._key.jwt({**self._claims, **times})
        return float(issued), now + 0.75 * self._lifetime, (("authorization", f"Bearer {token}"),)

    def jwks(self) -> str:
        """The public key, as the JSON text of a key set (RFC 7517, section 5): what the verifying side checks the tokens with."""
        return json.dumps({"keys": [self._key.public_jwk()]}, separators=(",", ":"))

    def described(self) -> list[str]:
        """See `CredentialSource`."""
        names = f"issuer {self._claims['iss']}, subject {self._claims['sub']}, audience {self._claims['aud']}"
        return [f"a JWT of its own, {self._key.algorithm}, good for {self._lifetime} s: {names}"]

    def __repr__(self) -> str:
        return f"PrivateKeyJwt({self._key!r}, issuer={self._claims['iss']!r}, …)"
