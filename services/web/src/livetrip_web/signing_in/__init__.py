"""How somebody becomes known: by an OIDC issuer, or, on this machine alone, by saying so."""
