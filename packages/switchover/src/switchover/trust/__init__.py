"""Who may call: which service, and for whom."""

from switchover.contract import CALLER_HEADER
from switchover.trust.allowlist import Allowed, IpAllowlist
from switchover.trust.any_of import AnyOf
from switchover.trust.api_key import ApiKey, ApiKeyVerifier, key_hash
from switchover.trust.basic import BasicAuth, BasicAuthVerifier
from switchover.trust.gcp import GcpIdentityToken
from switchover.trust.incoming import Incoming, Verifier
from switchover.trust.oidc_client import OidcClientCredentials
from switchover.trust.outgoing import CredentialSource, Outgoing, QueryCredential, Revocable
from switchover.trust.principal import Identity, Principal, decode_identity, encode_identity
from switchover.trust.private_key_jwt import PrivateKeyJwt
from switchover.trust.refusal import REFUSAL
from switchover.trust.renewal import Renewal
from switchover.trust.shared_key import SharedKey, SharedKeyVerifier

__all__ = [
    "CALLER_HEADER",
    "REFUSAL",
    "Allowed",
    "AnyOf",
    "ApiKey",
    "ApiKeyVerifier",
    "BasicAuth",
    "BasicAuthVerifier",
    "CredentialSource",
    "GcpIdentityToken",
    "Identity",
    "Incoming",
    "IpAllowlist",
    "OidcClientCredentials",
    "Outgoing",
    "Principal",
    "PrivateKeyJwt",
    "QueryCredential",
    "Renewal",
    "Revocable",
    "SharedKey",
    "SharedKeyVerifier",
    "Verifier",
    "decode_identity",
    "encode_identity",
    "key_hash",
]
