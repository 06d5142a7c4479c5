"""The serving side of signed messages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from switchover.trust.incoming import Incoming
from switchover.trust.principal import Principal
from switchover.trust.signed.covering import (
    ALWAYS_COVERED,
    COVERED_IF_PRESENT,
    Unsignable,
    derived_components,
    identifier,
    signature_base,
    target_prefix,
)
from switchover.trust.signed.digest import is_digest_of
from switchover.trust.signed.fields import MalformedField
from switchover.trust.signed.known import KnownKey, SigningKey
from switchover.trust.signed.nonces import Claim, NonceLookup, NonceMemory, Nonces
from switchover.trust.signed.received import ReceivedSignature, received_signature, refusal

_HEADER: Final = re.compile(r"\"([!#$%&'*+.^_`|~0-9a-z-]+)\"")


class SignedMessageVerifier:
    """Lets in requests that are signed as `MessageSigner` signs them (RFC 9421), each once.

    Args:
        keys: by key id. A service has two while it changes from one to the next.
        base_url: how this service is addressed, in the words of both sides; see `MessageSigner`. `Host` and `X-Forwarded-*` are not
            asked, because whoever sends the request writes them.
        max_age_seconds: the longest time from `created` to `expires` that a signature may claim.
        leeway_seconds: how far the clocks of the two sides may be apart.
        covered: more headers, by name, that have to be covered where they are present: those the contract has parameters in.
        nonces: where the nonces of requests that were let in are kept; in this process unless said otherwise.
        clock: seconds since 1970.

    Raises:
        ValueError: no keys, one that is none or weak, a base URL that is none, a time below what it can be.
    """

    def __init__(
        self,
        keys: Mapping[str, SigningKey],
        *,
        base_url: str,
        max_age_seconds: float = 60,
        leeway_seconds: float = 30,
        covered: Collection[str] = (),
        nonces: Nonces | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not keys:
            raise ValueError("a verifier of signed messages knows at least one key")
        if not 1 <= max_age_seconds < float("inf") or not 0 <= leeway_seconds < float("inf"):
            raise ValueError("max_age_seconds is at least 1, and leeway_seconds at least 0")
        self._keys = {key_id: KnownKey.of(key_id, given) for key_id, given in keys.items()}
        self._stand_in = next(iter(self._keys.values()))
        self._prefix = target_prefix(base_url)
        self._max_age, self._leeway = max_age_seconds, leeway_seconds
        self._if_present = [
            (name.encode(), identifier(name))
            for name in sorted(COVERED_IF_PRESENT | {name.lower() for name in covered})
        ]
        self._nonces = nonces if nonces is not None else NonceMemory()
        self._lookup = self._nonces if isinstance(self._nonces, NonceLookup) else None
        self._clock = clock

    def is_addressed(self, incoming: Incoming) -> bool:
        """Is there a `Signature-Input`?"""
        return b"signature-input" in incoming.headers

    async def verify(self, incoming: Incoming) -> Principal:
        """Return the service that signed the request.

        The body is read once the signature holds, and what reading it raises is passed on. The nonce is
        taken last: a request whose body was changed on the way must not use up that of the true one.
        """
        given = received_signature(incoming)
        now = self._clock()
        self._check_times(given, now)
        principal = self._signed_by(given, self._base(incoming, given))
        # A replay is refused before its body is read, where the nonces can be asked that.
        lookup = self._lookup
        if lookup is not None and await lookup.is_taken(given.key_id, given.nonce, now=now):
            raise refusal(Claim.REPLAYED.value)
        await _check_body(incoming)
        # The body may have taken its time: what has ended since is not let in.
        until, now = given.expires + self._leeway, self._clock()
        claim = await self._nonces.claim(given.key_id, given.nonce, until=until, now=now)
        if claim is not Claim.TAKEN:
            raise refusal(claim.value)
        return principal

    def _check_times(self, given: ReceivedSignature, now: float) -> None:
        if not 0 < given.expires - given.created <= self._max_age:
            raise refusal("lifetime")
        if given.created - self._leeway > now:
            raise refusal("not_yet")
        if given.expires + self._leeway < now:
            raise refusal("expired")

    def _base(self, incoming: Incoming, given: ReceivedSignature) -> bytes:
        """What has to have been signed, if the request is what it says to be."""
        required = {*ALWAYS_COVERED, *(wanted for name, wanted in self._if_present if name in incoming.headers)}
        if not required <= set(given.components):
            raise refusal("components")
        try:
            return signature_base(self._components(incoming, given), given.text)
        except Unsignable as error:
            raise refusal("components") from error

    def _components(self, incoming: Incoming, given: ReceivedSignature) -> Iterator[tuple[str, str]]:
        derived = derived_components(incoming.method, self._prefix, incoming.target)
        for component in given.components:
            value = derived.get(component)
            if value is None:
                header = _HEADER.fullmatch(component)
                value = incoming.header(header[1]) if header is not None else None
            if value is None:
                raise refusal("components")
            yield component, value

    def _signed_by(self, given: ReceivedSignature, base: bytes) -> Principal:
        """Whoever's key it is. An unknown key id costs as much as a known one, and so does another algorithm."""
        known = self._keys.get(given.key_id, self._stand_in)
        holds = known.key.verify(base, given.signature)
        if given.key_id not in self._keys:
            raise refusal("unknown_key")
        if given.algorithm != known.key.algorithm:
            raise refusal("algorithm")
        if not holds:
            raise refusal("signature")
        return known.principal

    def described(self) -> list[str]:
        """See `Verifier`."""
        times = f"good for at most {self._max_age:g} s, clocks apart by at most {self._leeway:g} s, each taken once"
        return [
            f"a signature of each request (RFC 9421) for {self._prefix}, {times}",
            *(known.described(key_id) for key_id, known in self._keys.items()),
        ]

    def __repr__(self) -> str:
        return f"SignedMessageVerifier({list(self._keys)!r}, base_url={self._prefix!r}, …)"


async def _check_body(incoming: Incoming) -> None:
    try:
        is_same = is_digest_of(incoming.header("content-digest") or "", await incoming.body())
    except MalformedField as error:
        raise refusal("malformed") from error
    if not is_same:
        raise refusal("digest")
