"""Who calls, by a token of an OIDC issuer. Install `switchover[oidc]`."""

from switchover.trust.oidc.issuer_keys import IssuerKeys
from switchover.trust.oidc.issuers import OidcIssuer
from switchover.trust.oidc.keys import FixedKeys, KeySource
from switchover.trust.oidc.known_issuers import issuer_of
from switchover.trust.oidc.services import AllowedService
from switchover.trust.oidc.verifier import OidcVerifier

__all__ = ["AllowedService", "FixedKeys", "IssuerKeys", "KeySource", "OidcIssuer", "OidcVerifier", "issuer_of"]
