"""What has been tried against verifiers of tokens: each by name, with the reason that our counters should see.

A row is the reason, and what the `Authorization` header says.
"""

from __future__ import annotations

from unit.trust.oidc.attacks import claims, forms, headers, signatures

Attack = tuple[str, str]


def attacks() -> dict[str, Attack]:
    """All of them."""
    rows = [row for kind in (signatures, headers, forms, claims) for row in kind.rows()]
    found = {name: (reason, authorization) for name, reason, authorization in rows}
    assert len(found) == len(rows)
    return found
