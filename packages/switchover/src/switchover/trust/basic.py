"""HTTP Basic (RFC 7617): a user and a password, as services ask for them whose contracts say `scheme: basic`."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from switchover.errors import Unauthenticated
from switchover.trust.allowlist import IpAllowlist
from switchover.trust.incoming import Incoming
from switchover.trust.known_digests import described, digests_of, names_of, principal_of
from switchover.trust.outgoing import Outgoing
from switchover.trust.principal import Principal
from switchover.trust.refusal import REFUSAL
from switchover.trust.shared_key import REMEDY, SHORTEST_KEY

Login = tuple[str, str]
"""A user and a password."""

_CHALLENGE: Final = 'Basic realm="service", charset="UTF-8"'


class BasicAuth:
    """The calling side's half: sends a user and a password, in UTF-8.

    The password may be empty: some services take a key as the user.

    Raises:
        ValueError: the user has a colon, or one of them has control characters.
    """

    __slots__ = ("_headers",)

    def __init__(self, user: str, password: str = "") -> None:
        encoded = base64.b64encode(_login((user, password))).decode()
        self._headers = (("authorization", f"Basic {encoded}"),)

    def is_ready(self) -> bool:
        """Always."""
        return True

    async def refresh(self) -> None:
        """There is nothing to fetch."""

    def refresh_blocking(self) -> None:
        """There is nothing to fetch."""

    def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
        """The user and the password, as `Authorization`."""
        return self._headers

    def described(self) -> list[str]:
        """See `CredentialSource`."""
        return ["a user and a password, by HTTP Basic"]

    def __repr__(self) -> str:
        return "BasicAuth(…)"


class BasicAuthVerifier:
    """The serving side's half: knows the digests of users with their passwords, and whose they are.

    Args:
        logins: by principal, one pair of user and password or several. One of the two has to be long and random, because the
            other side may try as often as it likes.
        allow: from where they may be used. It is looked at first.

    Raises:
        ValueError: there are none, one is short or there twice, or cannot be sent.
    """

    __slots__ = ("_allow", "_logins")

    def __init__(
        self, logins: Mapping[Principal, Login | Sequence[Login]], *, allow: IpAllowlist | None = None
    ) -> None:
        self._allow = allow
        self._logins = digests_of({whose: _listed(given) for whose, given in logins.items()}, _digest, "login")

    def is_addressed(self, incoming: Incoming) -> bool:
        """Is there an `Authorization` of the scheme Basic?"""
        return (incoming.header("authorization") or "").partition(" ")[0].lower() == "basic"

    async def verify(self, incoming: Incoming) -> Principal:
        """The service that knows the password; the same refusal for none, another user and another password."""
        if self._allow is not None:
            self._allow.check(incoming)
        authorization = incoming.header("authorization")
        found = principal_of(self._logins, _presented(authorization or ""))
        if found is None:
            reason = "missing" if authorization is None else "unknown_key"
            raise Unauthenticated(REFUSAL, reason=reason, challenge=_CHALLENGE)
        return found

    def described(self) -> list[str]:
        """See `Verifier`."""
        lines = described(self._logins, "a user and a password, by HTTP Basic", "login")
        return [*lines, *(self._allow.described() if self._allow is not None else [])]

    def __repr__(self) -> str:
        return f"BasicAuthVerifier({names_of(self._logins)}: …)"


def _listed(given: Login | Sequence[Login]) -> list[Login]:
    match given:
        case (str(user), str(password)):
            return [(user, password)]
    return [(user, password) for user, password in given]


def _login(login: Login) -> bytes:
    user, password = login
    if ":" in user or not (user + password).isprintable():
        raise ValueError("a user must have no colon, and user and password no control characters (RFC 7617, section 2)")
    return f"{user}:{password}".encode()


def _digest(login: Login) -> bytes:
    if max(map(len, login)) < SHORTEST_KEY:
        raise ValueError(f"a password, or the user, must have at least {SHORTEST_KEY} characters; {REMEDY}")
    return hashlib.sha256(_login(login)).digest()


def _presented(authorization: str) -> bytes:
    """The user and password of a header, with a colon between them; without one where there are none, which equals no login."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded.strip(" "), validate=True)
    except (binascii.Error, ValueError):
        return b""
