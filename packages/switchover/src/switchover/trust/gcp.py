"""Identity tokens of the platform, for services on Google Cloud (Cloud Run, Compute Engine, GKE): nothing is kept as a secret.

https://cloud.google.com/run/docs/authenticating/service-to-service
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from switchover.errors import CredentialUnavailable
from switchover.trust.answers import claims_of, seconds_of, visible
from switchover.trust.asker import asker
from switchover.trust.asking import Answer, Question
from switchover.trust.renewal import Renewal
from switchover.trust.renewed import RenewedToken
from switchover.trust.renewing import Fetched, Renewing
from switchover.trust.token_answer import LONGEST_SECONDS

METADATA_HOST: Final = "metadata.google.internal"

_PATH: Final = "/computeMetadata/v1/instance/service-accounts/default/identity"
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_WHOM: Final = "the metadata server"


class GcpIdentityToken(RenewedToken):
    """Sends identity tokens of the machine's own service account, as bearer tokens; renewed like those of an issuer.

    Args:
        audience: the service that is called: on Cloud Run, its URL.
        host: `host[:port]` of the metadata server.
        timeout_seconds: for a request to it, in all.
        renewal: when tokens are renewed, and tried again for.

    Raises:
        ValueError: there is no audience, or the host is none.
    """

    __slots__ = ("_ask", "_audience", "_clock", "_url")

    def __init__(
        self, audience: str, *, host: str = METADATA_HOST, timeout_seconds: float = 3.0, renewal: Renewal | None = None
    ) -> None:
        renewal = renewal or Renewal()
        if not audience:
            raise ValueError("an identity token has an audience: the URL of the service that is called")
        if not _HOST.fullmatch(host):
            raise ValueError("the metadata server is host[:port]")
        self._audience = audience
        self._url = f"http://{host}{_PATH}?{urlencode({'audience': audience, 'format': 'full'})}"
        self._ask = asker(timeout_seconds)
        self._clock = renewal.clock
        super().__init__(Renewing(f"identity tokens for {audience}", self._fetch, renewal))

    def described(self) -> list[str]:
        """See `CredentialSource`."""
        return [f"identity tokens of Google Cloud's metadata server for {self._audience}"]

    def __repr__(self) -> str:
        return f"GcpIdentityToken({self._audience!r})"

    async def _fetch(self) -> Fetched:
        now = self._clock()
        answer = await self._ask(Question(_WHOM, "GET", self._url, (("metadata-flavor", "Google"),)))
        return self._read(answer, now)

    def _read(self, answer: Answer, now: float) -> Fetched:
        # Whoever else listens at that name does not say this: https://cloud.google.com/compute/docs/metadata/querying-metadata
        if answer.headers.get("metadata-flavor") != "Google":
            raise CredentialUnavailable(f"{_WHOM} is none: its answer lacks Metadata-Flavor: Google")
        if answer.status != 200:
            raise CredentialUnavailable(f"{_WHOM} answers {answer.status}")
        token = visible(answer.body.decode("latin-1").strip())
        claims = claims_of(token) if token is not None else None
        if token is None or claims is None:
            raise CredentialUnavailable(f"{_WHOM} answers what is no JWT")
        if claims.get("aud") != self._audience:
            raise CredentialUnavailable(f"{_WHOM} gives a token for another audience")
        ends = seconds_of(claims.get("exp"))
        if ends is None or ends <= now:
            raise CredentialUnavailable(f"{_WHOM} gives a token that has ended, or does not say when it does")
        return Fetched(token, min(ends - now, LONGEST_SECONDS))
