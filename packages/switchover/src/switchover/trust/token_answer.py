"""What a token endpoint answers (RFC 6749, section 5.1), read strictly."""

from __future__ import annotations

import re
from typing import Any, Final

from switchover.errors import CredentialUnavailable
from switchover.trust.answers import json_object, seconds_of, visible
from switchover.trust.asking import Answer
from switchover.trust.renewing import Fetched

LONGEST_SECONDS: Final = 24 * 3600.0
"""A token that claims to live longer is fetched again all the same."""

_SECONDS: Final = re.compile(r"[0-9]{1,9}")


def read_token(answer: Answer, assumed_seconds: float | None) -> Fetched:
    """The token.

    Args:
        answer: as it came.
        assumed_seconds: how long a token lives whose answer does not say; None if it has to.

    Raises:
        CredentialUnavailable: the answer is a refusal, or not as it has to be.
    """
    told = json_object(answer)
    kind, token = told.get("token_type"), visible(told.get("access_token"))
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise CredentialUnavailable(f"{answer.whom} gives a token that is not of the type Bearer")
    if token is None:
        raise CredentialUnavailable(f"{answer.whom} gives no access token that fits into a header")
    lifetime = seconds_of(_lifetime(told.get("expires_in"), assumed_seconds))
    if lifetime is None:
        raise CredentialUnavailable(
            f"{answer.whom} does not say for how many seconds the token lives (expires_in);"
            " assumed_lifetime_seconds says it instead"
        )
    return Fetched(token, min(lifetime, LONGEST_SECONDS))


def _lifetime(value: Any, assumed_seconds: float | None) -> Any:
    """The seconds of `expires_in`: issuers write them as text too, and null where they do not say."""
    if value is None:
        return assumed_seconds
    return int(value) if isinstance(value, str) and _SECONDS.fullmatch(value) else value
