"""Keys in a header of their own: what the calling side sends, and the serving side's table of who has which."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Final

from switchover.contract import CALLER_HEADER
from switchover.errors import Unauthenticated
from switchover.trust.allowlist import IpAllowlist
from switchover.trust.incoming import Incoming
from switchover.trust.outgoing import Outgoing
from switchover.trust.principal import Principal
from switchover.trust.refusal import REFUSAL
from switchover.trust.shared_key import REMEDY, SHORTEST_KEY, key_text

API_KEY_HEADER: Final = "x-api-key"

_CHALLENGE: Final = "ApiKey"
_PREFIX: Final = "sha256:"
_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TAKEN: Final = frozenset(
    {
        "accept", "accept-encoding", "authorization", "connection", "content-digest", "content-length", "content-type", "cookie", "host",
        "idempotency-key", "signature", "signature-input", "traceparent", "tracestate", "transfer-encoding", "x-trace-id", CALLER_HEADER,
    }
)  # fmt: skip
"""Headers that mean something else."""


def key_hash(key: str | bytes) -> str:
    """`sha256:…` of a key: what the serving side may be given instead of it.

    A plain digest is enough, because a key is long and random: nobody tries all of them, as one does with passwords.

    Raises:
        ValueError: the key is short, or not visible ASCII.
    """
    return _PREFIX + hashlib.sha256(_required_key(key).encode()).hexdigest()


class ApiKey:
    """The calling side's half: sends the key in a header of its own.

    Raises:
        ValueError: the key is short, or not visible ASCII, or the header means something else.
    """

    __slots__ = ("_headers",)

    def __init__(self, key: str | bytes, header: str = API_KEY_HEADER) -> None:
        self._headers = ((_required_header(header), _required_key(key)),)

    def is_ready(self) -> bool:
        """Always."""
        return True

    async def refresh(self) -> None:
        """There is nothing to fetch."""

    def refresh_blocking(self) -> None:
        """There is nothing to fetch."""

    def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
        """The key."""
        return self._headers

    def described(self) -> list[str]:
        """See `CredentialSource`."""
        return [f"an API key, in the header {self._headers[0][0]}"]

    def __repr__(self) -> str:
        return "ApiKey(…)"


class ApiKeyVerifier:
    """The serving side's half: knows the digests of the keys, and whose they are.

    Args:
        keys: by principal, one key or several, so that a new one can be handed out before the old one ends. A key is given as it is,
            or as `sha256:` and the hexadecimal digest of it (`key_hash`).
        allow: from where they may be used. It is looked at first.
        header: where the key is.

    Raises:
        ValueError: there are no keys, one is short, not visible ASCII or there twice, a hash is none, or the header means something else.
    """

    __slots__ = ("_allow", "_header", "_keys", "_name")

    def __init__(
        self,
        keys: Mapping[Principal, str | Sequence[str]],
        *,
        allow: IpAllowlist | None = None,
        header: str = API_KEY_HEADER,
    ) -> None:
        self._name = _required_header(header)
        self._header = self._name.encode()
        self._allow = allow
        self._keys = _table(keys)

    def is_addressed(self, incoming: Incoming) -> bool:
        """Is there the header?"""
        return self._header in incoming.headers

    async def verify(self, incoming: Incoming) -> Principal:
        """The service that holds the key; the same refusal for none, an unknown one and one that is no longer taken."""
        if self._allow is not None:
            self._allow.check(incoming)
        presented = incoming.headers.get(self._header)
        digest = hashlib.sha256(presented or b"").digest()
        found: Principal | None = None
        for known, principal in self._keys:
            # With every key, whichever it is, so that time does not tell how many there are before it.
            found = principal if hmac.compare_digest(digest, known) else found
        if found is None:
            raise Unauthenticated(
                REFUSAL, reason="missing" if presented is None else "unknown_key", challenge=_CHALLENGE
            )
        return found

    def described(self) -> list[str]:
        """See `Verifier`."""
        lines = []
        for principal in dict.fromkeys(principal for _, principal in self._keys):
            count = sum(whose == principal for _, whose in self._keys)
            what = "may act for users" if principal.may_act_for_users else "may not act for users"
            lines.append(f"an API key in {self._name}: {principal.name} ({count} key{'s' * (count > 1)}), which {what}")
        return [*lines, *(self._allow.described() if self._allow is not None else [])]

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(principal.name for _, principal in self._keys))
        return f"ApiKeyVerifier({names}: …)"


def _table(keys: Mapping[Principal, str | Sequence[str]]) -> tuple[tuple[bytes, Principal], ...]:
    found: dict[bytes, Principal] = {}
    for principal, given in keys.items():
        listed = [given] if isinstance(given, str) else list(given)
        if not principal.name or not listed:
            raise ValueError("every principal has a name and at least one key")
        for key in listed:
            digest = _digest(key)
            if digest in found:
                raise ValueError(f"a key of {principal.name} is there twice: a key is one principal's, and said once")
            found[digest] = principal
    if not found:
        raise ValueError("without any key nobody could call; give at least one")
    return tuple(found.items())


def _digest(key: str) -> bytes:
    if not key.startswith(_PREFIX):
        return hashlib.sha256(_required_key(key).encode()).digest()
    if not _HASH.fullmatch(key):
        raise ValueError(
            "a hashed key is `sha256:` and 64 digits of lower-case hexadecimal; make one with key_hash(key)"
        )
    return bytes.fromhex(key.removeprefix(_PREFIX))


def _required_key(key: str | bytes) -> str:
    text = key_text(key)
    if len(text) < SHORTEST_KEY or not text.isascii() or not text.isprintable() or " " in text or "," in text:
        wanted = f"at least {SHORTEST_KEY} visible ASCII characters without a comma, as str or bytes"
        raise ValueError(f"an API key must be {wanted}; {REMEDY}")
    return text


def _required_header(header: str) -> str:
    name = header.lower()
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise ValueError(f"{header!r} is no header for a key; choose one of its own, like {API_KEY_HEADER}")
    return name
