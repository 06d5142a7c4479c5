"""`oidc`: access tokens of an issuer, by client credentials."""

from __future__ import annotations

from livetrip_adapters.trust.reading import Reading
from switchover import OidcClientCredentials
from switchover.trust import CredentialSource

_NAME = "LIVETRIP_TRUST_OIDC"


def credentials(reading: Reading) -> CredentialSource | None:
    """Tokens for the client, which has a secret or a key that the issuer knows."""
    noted = len(reading.problems)
    issuer, client = reading.text(f"{_NAME}_ISSUER"), reading.text(f"{_NAME}_CLIENT_ID")
    secret, key = reading.secret(f"{_NAME}_CLIENT_SECRET"), reading.file(f"{_NAME}_CLIENT_KEY_FILE")
    kid = reading.optional(f"{_NAME}_CLIENT_KEY_ID")
    audience, scope = reading.optional(f"{_NAME}_AUDIENCE"), reading.optional(f"{_NAME}_SCOPE")
    resource = reading.optional(f"{_NAME}_RESOURCE")
    if kid is not None and not reading.is_set(f"{_NAME}_CLIENT_KEY_FILE"):
        reading.wrong(f"{_NAME}_CLIENT_KEY_ID", f"is set, and {_NAME}_CLIENT_KEY_FILE is not")
    _require_one_proof(reading)
    if issuer is None or client is None or len(reading.problems) > noted:
        return None
    return reading.made(
        _NAME,
        lambda: OidcClientCredentials(
            issuer,
            client_id=client,
            client_secret=secret,
            private_key=key,
            kid=kid,
            audience=audience,
            resource=resource or (),
            scope=scope or (),
        ),
    )


def _require_one_proof(reading: Reading) -> None:
    secrets = (f"{_NAME}_CLIENT_SECRET", f"{_NAME}_CLIENT_SECRET_FILE")
    ways = reading.is_set(*secrets) + reading.is_set(f"{_NAME}_CLIENT_KEY_FILE")
    if ways != 1:
        what = "one of them has to be set" if not ways else "they are both set; only one can be meant"
        reading.wrong(f"{_NAME}_CLIENT_SECRET (or …_SECRET_FILE) and {_NAME}_CLIENT_KEY_FILE", what)
