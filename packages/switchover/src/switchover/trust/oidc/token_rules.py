"""The rules that refuse a token, and the setting that would change each: for logs and `switchover check`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from switchover.trust.oidc.untrusted import Untrusted

_NONE: Final = "no setting changes this"
_ISSUER_SIDE: Final = "no setting changes this; the issuer has to publish another key"


@dataclass(frozen=True, slots=True)
class TokenRule:
    """A rule, and the setting that would change it."""

    text: str
    setting: str


RULES: Final = {
    "algorithm": TokenRule(
        "its algorithm must be one that the issuer's configuration allows, and that of its key",
        "OidcIssuer(algorithms=…)",
    ),
    "audience": TokenRule("`aud` must name this service", "OidcVerifier(audience=…), or the audience asked for"),
    "audience_by_scope": TokenRule(
        "a token without `aud` needs a scope that begins with the audience and a slash",
        "OidcVerifier(audience=…), the identifier of the resource server",
    ),
    "audience_missing": TokenRule(
        "`aud` must be there", "OidcIssuer(has_audience=False), for issuers like AWS Cognito alone"
    ),
    "claim_names": TokenRule("`sub`, `azp`, `client_id` and `jti` must be text, if they are there", _NONE),
    "claims": TokenRule("the claims must be of the types of RFC 7519", _NONE),
    "expired": TokenRule("it must not have ended", "OidcVerifier(leeway_seconds=…), if the clocks differ"),
    "header": TokenRule("its header must not have `crit`, `b64`, `enc` or `zip`", _NONE),
    "issuer": TokenRule("`iss` must be the issuer, to the last slash", "the issuer of OidcVerifier or OidcIssuer"),
    "key_ambiguous": TokenRule("`kid` must name one key; the issuer publishes several different ones", _ISSUER_SIDE),
    "key_private": TokenRule("the issuer's key must be a public one", _ISSUER_SIDE),
    "key_unknown": TokenRule("`kid` must name a key of the issuer's", "OidcIssuer(…, discovery=…), or keys="),
    "key_unusable": TokenRule("its key must be RSA, P-256, P-384, P-521 or Ed25519", _ISSUER_SIDE),
    "key_use": TokenRule("its key must be for signatures", _ISSUER_SIDE),
    "key_weak": TokenRule("an RSA key must have 2048 to 8192 bits", _ISSUER_SIDE),
    "kid": TokenRule("its header must name its key (`kid`)", _NONE),
    "lifetime": TokenRule("it must not live longer than allowed", "OidcIssuer(max_lifetime_seconds=…)"),
    "lifetime_empty": TokenRule("it must begin before it ends", _NONE),
    "malformed": TokenRule("it must be three parts of base64url, the first two JSON objects", _NONE),
    "not_allowed": TokenRule(
        "`sub`, `azp` and `client_id` must be those of an allowed service", "OidcVerifier(services=[AllowedService(…)])"
    ),
    "not_yet_valid": TokenRule("it must have begun", "OidcVerifier(leeway_seconds=…), if the clocks differ"),
    "required_claim": TokenRule("it must have the claims of its kind", "OidcIssuer(required_claims=…)"),
    "signature": TokenRule("its signature must be by the issuer's key that it names", _NONE),
    "times": TokenRule("`exp`, `iat` and `nbf` must be whole seconds; the first two must be there", _NONE),
    "too_long": TokenRule("it must not be longer than allowed", "OidcIssuer(max_token_bytes=…)"),
    "type": TokenRule("`typ` must be JWT or at+jwt", _NONE),
    "type_missing": TokenRule("`typ` must be there", "OidcIssuer(requires_typ=False), or the preset of the issuer"),
}


def explain(refused: Untrusted) -> str:
    """Return the rule that refused a token, what was found, and the setting that would change it."""
    rule = RULES[refused.rule]
    found = f" ({refused.found})" if refused.found else ""
    return f"{rule.text}{found}; to change it: {rule.setting}"
