"""Credentials that no port sends or judges."""

from __future__ import annotations

from foreign.refusing import Refused

_INSTEAD = "offer a bearer token (http bearer, oauth2, openIdConnect), http basic or an apiKey"


def _scheme(scheme: str, called: str) -> Refused:
    return _demanding(
        "[{ k: [] }]", "0/k", f"asks for 'k', {called}, which no credential of a port is; {_INSTEAD}", scheme
    )


def _demanding(security: str, pointer: str, message: str, scheme: str) -> Refused:
    paths = f"""
    /x:
      get:
        operationId: op
        security: {security} # here
        responses: {{ '204': {{ description: d }} }}
    """
    return Refused(paths, f"/paths/~1x/get/security/{pointer}", message, f"securitySchemes: {{ k: {{ {scheme} }} }}")


TABLE = {
    "HTTP Digest": _scheme("type: http, scheme: Digest", "http Digest"),
    "a security scheme of no known type": _scheme("type: tokens", "of type 'tokens'"),
    "a security scheme that is not there": _demanding(
        "[{}, { key: [] }]",
        "1/key",
        "asks for 'key', which is no scheme in components/securitySchemes",
        "type: http, scheme: bearer",
    ),
    "two credentials, one of which cannot be sent": Refused(
        """
        /x:
          get:
            operationId: op
            security: [{ token: [], key: [] }] # here
            responses: { '204': { description: d } }
        """,
        "/paths/~1x/get/security/0/key",
        "asks for 'key', http hoba, which no credential of a port is",
        "securitySchemes: { token: { type: http, scheme: bearer }, key: { type: http, scheme: hoba } }",
    ),
    "security that is no list": Refused(
        """
        /x:
          get:
            operationId: op
            security: { k: [] } # here
            responses: { '204': { description: d } }
        """,
        "/paths/~1x/get/security",
        "is an object, and has to be an array",
    ),
}
