"""The kinds of trust that `LIVETRIP_TRUST` names."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """How a calling service proves itself. The value is the word in `LIVETRIP_TRUST`."""

    OPEN = "open"
    SHARED_KEY = "shared-key"
    OIDC = "oidc"
    GCP = "gcp"
    PRIVATE_KEY_JWT = "private-key-jwt"
    API_KEY = "api-key"
    SIGNED = "signed"


def kinds_in(text: str) -> tuple[list[Kind], list[str]]:
    """The kinds of a list with commas, in its order, and what is wrong with it."""
    known = {kind.value: kind for kind in Kind}
    words = [word.strip() for word in text.split(",")]
    if any(word not in known for word in words):
        # The words are not repeated: somebody may have put a key there.
        return [], [f"names what is no kind of trust; there are {', '.join(known)}"]
    if len(set(words)) != len(words):
        return [], ["names a kind of trust twice"]
    return [known[word] for word in words], []
