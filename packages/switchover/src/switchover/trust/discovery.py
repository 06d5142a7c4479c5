"""Where an issuer gives tokens out (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from switchover.errors import CredentialUnavailable
from switchover.trust.answers import json_object
from switchover.trust.asking import Ask, Question
from switchover.trust.endpoint import require_endpoint

ALL_METHODS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")
"""The ways of a client to prove itself that are known here (OpenID Connect Core 1.0, section 9)."""

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Where tokens are had.

    Attributes:
        whom: how messages name it.
        methods: how clients may prove themselves there.
        issuer: whose it is, as far as that is known.
    """

    whom: str
    url: str = field(repr=False)
    methods: Sequence[str] = ALL_METHODS
    issuer: str | None = None


class FixedEndpoint:
    """An endpoint that was configured."""

    __slots__ = ("_endpoint",)

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL that no secret may be sent to."""
        host = urlsplit(require_endpoint(url, "the token endpoint")).netloc
        self._endpoint = TokenEndpoint(f"the token endpoint at {host}", url)

    async def find(self) -> TokenEndpoint:
        """It."""
        return self._endpoint

    def forget(self) -> None:
        """There is nothing to find out anew."""


class DiscoveredEndpoint:
    """The endpoint that an issuer names: found when first needed, kept until it fails. Used by one thread at a time."""

    __slots__ = ("_ask", "_found", "_issuer")

    def __init__(self, issuer: str, ask: Ask) -> None:
        """Raises ValueError for an issuer that is no https URL without a query (Discovery 1.0, section 3)."""
        if "?" in require_endpoint(issuer, "the issuer"):
            raise ValueError("the issuer has no query")
        self._issuer = issuer
        self._ask = ask
        self._found: TokenEndpoint | None = None

    async def find(self) -> TokenEndpoint:
        """The endpoint.

        Raises:
            CredentialUnavailable: the issuer does not say, or is not the one it should be.
        """
        if self._found is None:
            url = self._issuer.rstrip("/") + DISCOVERY_PATH
            question = Question(f"the discovery of {self._issuer}", "GET", url, (("accept", "application/json"),))
            self._found = self._read(json_object(await self._ask(question)))
        return self._found

    def forget(self) -> None:
        """Find it out anew next time: it may have moved."""
        self._found = None

    def _read(self, told: dict[str, Any]) -> TokenEndpoint:
        if told.get("issuer") != self._issuer:
            # Discovery 1.0, section 4.3: exactly, to the last slash.
            raise CredentialUnavailable(f"the discovery of {self._issuer} names another issuer")
        url, methods = told.get("token_endpoint"), told.get("token_endpoint_auth_methods_supported")
        try:
            is_plain_allowed = self._issuer.startswith("http:")
            url = require_endpoint(
                url if isinstance(url, str) else "", "the token endpoint", is_plain_allowed=is_plain_allowed
            )
        except ValueError as error:
            raise CredentialUnavailable(f"the discovery of {self._issuer} cannot be used: {error}") from error
        # Left out, it means client_secret_basic (section 3); issuers that leave it out take others too, and say so when asked.
        known = [name for name in ALL_METHODS if name in methods] if isinstance(methods, list) else ALL_METHODS
        return TokenEndpoint(f"the token endpoint of {self._issuer}", url, tuple(known), self._issuer)
