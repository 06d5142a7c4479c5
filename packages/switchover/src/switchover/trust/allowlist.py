"""From where a service may call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from switchover.errors import Forbidden
from switchover.trust.addresses import Address, Network, read_address, read_block
from switchover.trust.forwarding import MAX_HOPS, Chain, MalformedChain, forwarded, x_forwarded_for
from switchover.trust.incoming import Incoming, Verifier
from switchover.trust.principal import Principal

ForwardingHeader = Literal["x-forwarded-for", "forwarded"]

_READERS: Final[dict[str, Callable[[str], Chain]]] = {"x-forwarded-for": x_forwarded_for, "forwarded": forwarded}
_REFUSAL: Final = "This service may not be called from there."


class IpAllowlist:
    """The addresses that calls may come from.

    The client is whoever holds the connection, unless proxies are trusted. Then it is the address that the outermost trusted proxy
    saw: anything further left in the header was written by the client itself, or by nobody known.

    Args:
        blocks: addresses and blocks of them (`10.0.0.0/8`, `2001:db8::/32`).
        trusted_proxies: how many proxies stand before the service, each of which adds the address it saw; 0 for none, and then the
            header counts for nothing. Or the blocks that the proxies are in: the connection has to come from one of them to be asked
            for more, and the client is the first address from the right that is in none.
        header: the one header that the proxies write: `x-forwarded-for`, or `forwarded` (RFC 7239). Any other counts for nothing.

    Raises:
        ValueError: a block is none (and what would be right), there are none, or the proxies cannot be counted.
    """

    __slots__ = ("_blocks", "_count", "_header", "_proxies", "_read")

    def __init__(
        self,
        blocks: Iterable[str],
        *,
        trusted_proxies: int | Iterable[str] = 0,
        header: ForwardingHeader = "x-forwarded-for",
    ) -> None:
        self._blocks = _blocks(blocks, "an allowlist")
        self._count, self._proxies = _proxies(trusted_proxies)
        if header not in _READERS:
            raise ValueError(f"the header that proxies write is one of {', '.join(_READERS)}, not {header!r}")
        self._header: str = header
        self._read = _READERS[header]

    def check(self, incoming: Incoming) -> None:
        """Let the request pass.

        Raises:
            Forbidden: it comes from elsewhere, or it cannot be said from where.
        """
        client = self.client(incoming)
        if client is None or not _is_in(client, self._blocks):
            raise Forbidden(_REFUSAL, reason="address")

    def client(self, incoming: Incoming) -> Address | None:
        """Where the request comes from; None if that cannot be said."""
        peer = read_address(incoming.peer) if incoming.peer is not None else None
        if not self._count and not _is_in(peer, self._proxies):
            return peer
        header = incoming.header(self._header)
        try:
            chain = self._read(header) if header is not None else []
        except MalformedChain:
            return None
        if self._count:
            return chain[-self._count] if len(chain) >= self._count else None
        return self._outside(chain)

    def around(self, verifier: Verifier) -> Verifier:
        """A verifier that lets nobody prove anything from elsewhere."""
        return Allowed(verifier, self)

    def described(self) -> list[str]:
        """In plain words, a line each."""
        if self._count:
            whence = f"as entry {self._count} from the right of {self._header} says, which trusted proxies write"
        elif self._proxies:
            whence = f"as {self._header} says where the connection is from {_listed(self._proxies)}"
        else:
            whence = "as the connection says"
        return [f"only from {_listed(self._blocks)}, {whence}"]

    def __repr__(self) -> str:
        return f"IpAllowlist({_listed(self._blocks)})"

    def _outside(self, chain: Chain) -> Address | None:
        """The last address that is no proxy's. Where all are, the first: a proxy that calls for itself."""
        for address in reversed(chain):
            if address is None or not _is_in(address, self._proxies):
                return address
        return chain[0] if chain else None


class Allowed:
    """A verifier behind an allowlist: the address is looked at first, so that whoever is elsewhere cannot try keys."""

    __slots__ = ("_allowlist", "_verifier")

    def __init__(self, verifier: Verifier, allowlist: IpAllowlist) -> None:
        self._verifier = verifier
        self._allowlist = allowlist

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """The verifier that is behind the list."""
        return (self._verifier,)

    def is_addressed(self, incoming: Incoming) -> bool:
        """See `Verifier`."""
        return self._verifier.is_addressed(incoming)

    async def verify(self, incoming: Incoming) -> Principal:
        """See `Verifier`; from elsewhere Forbidden, whatever the request brings."""
        self._allowlist.check(incoming)
        return await self._verifier.verify(incoming)

    def described(self) -> list[str]:
        """See `Verifier`."""
        return [*self._verifier.described(), *self._allowlist.described()]

    def __repr__(self) -> str:
        return f"Allowed({self._verifier!r}, {self._allowlist!r})"


def _blocks(texts: Iterable[str], whose: str) -> tuple[Network, ...]:
    if isinstance(texts, str):
        raise ValueError(f"{whose} is given as a list of blocks, not as one text")
    found = tuple(read_block(text) for text in texts)
    if not found:
        raise ValueError(f"{whose} needs at least one block")
    return found


def _proxies(trusted: int | Iterable[str]) -> tuple[int, tuple[Network, ...]]:
    if not isinstance(trusted, int):
        return 0, _blocks(trusted, "trusted_proxies")
    if isinstance(trusted, bool) or not 0 <= trusted <= MAX_HOPS:
        raise ValueError(f"trusted_proxies is how many there are, 0 to {MAX_HOPS}, or their blocks, not {trusted!r}")
    return trusted, ()


def _is_in(address: Address | None, blocks: Sequence[Network]) -> bool:
    return address is not None and any(address in block for block in blocks)


def _listed(blocks: Sequence[Network]) -> str:
    return ", ".join(map(str, blocks))
