"""The serving side's choice: the kinds of trust that are accepted, and what they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from livetrip_adapters.trust import Kind, Reading
from livetrip_adapters.trust.variables import SERVICE_KEY, SERVING, TRUST
from livetrip_api.trust import api_key, shared_key, signed, tokens
from livetrip_api.trust.addresses import allowlist
from livetrip_api.trust.callers import CALLERS_FILE, LISTED, Callers, read_callers
from switchover import AnyOf, SharedNonces
from switchover.trust import Verifier

MISSING: Final = (
    f"{SERVICE_KEY} is missing, so anyone could call as anyone; make one with `livetrip key new`, "
    f"say {TRUST}=open, or name another kind of trust there"
)

_Maker = Callable[[Reading, Callers], Verifier | None]

# Which verifier a request is addressed to is asked in this order, after signed messages: the choosier one first (see `AnyOf`).
_MAKERS: Final[dict[Kind, _Maker]] = {
    Kind.API_KEY: api_key.verifier,
    Kind.OIDC: tokens.oidc,
    Kind.GCP: tokens.gcp,
    Kind.PRIVATE_KEY_JWT: tokens.private_key_jwt,
    Kind.SHARED_KEY: lambda reading, _: shared_key.verifier(reading),
}
_TOKENS: Final = (Kind.OIDC, Kind.GCP, Kind.PRIVATE_KEY_JWT)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Whom the service lets in.

    Attributes:
        kinds: what is accepted.
        verifier: decides; None for `open`, and where something is wrong.
        problems: all that is wrong, a line each, without secrets.
        nonces: what the verifier opens when the first signed message comes.
    """

    kinds: tuple[Kind, ...]
    verifier: Verifier | None = None
    problems: list[str] = field(default_factory=list)
    nonces: SharedNonces | None = None

    def close(self) -> None:
        """Close what the verifier has opened, after the last call."""
        if self.nonces is not None:
            self.nonces.close()

    def described(self) -> list[str]:
        """In plain words, a line each."""
        if self.verifier is None:
            return ["whoever reaches it, for any user it names (LIVETRIP_TRUST=open)"]
        return self.verifier.described()


def read_acceptance(environment: Mapping[str, str], *, is_socket: bool = False) -> Acceptance:
    """Whom the environment lets in. Nothing is fetched, and no connection opened.

    Args:
        environment: names and values.
        is_socket: does the service listen at a Unix socket?
    """
    reading = Reading(environment, SERVING)
    if not reading.kinds and not reading.problems:
        reading.problems.append(MISSING)
    _refuse_combinations(reading)
    allow = allowlist(reading, is_socket=is_socket) if Kind.OPEN not in reading.kinds else None
    nonces = signed.shared_nonces(reading) if Kind.SIGNED in reading.kinds else None
    verifiers = _verifiers(reading, nonces)
    reading.refuse_strangers()
    kinds = tuple(reading.kinds)
    if reading.problems or not verifiers:
        return Acceptance(kinds, problems=reading.problems)
    verifier = AnyOf(*verifiers) if len(verifiers) > 1 else verifiers[0]
    return Acceptance(kinds, allow.around(verifier) if allow is not None else verifier, nonces=nonces)


def _verifiers(reading: Reading, nonces: SharedNonces | None) -> list[Verifier]:
    callers = read_callers(reading) if set(reading.kinds) & set(LISTED) else Callers((), Path())
    for kind in LISTED:
        if kind in reading.kinds and callers.listed and not any(True for _ in callers.of(kind)):
            reading.wrong(CALLERS_FILE, f"{TRUST} names {kind.value}, and no service in the file has it")
    makers: dict[Kind, _Maker] = {Kind.SIGNED: partial(signed.verifier, nonces=nonces), **_MAKERS}
    made = [make(reading, callers) for kind, make in makers.items() if kind in reading.kinds]
    return [verifier for verifier in made if verifier is not None]


def _refuse_combinations(reading: Reading) -> None:
    if Kind.OPEN in reading.kinds and len(reading.kinds) > 1:
        reading.wrong(
            TRUST,
            "names open and something else: where whoever comes is trusted, nothing is proved; only one can be meant",
        )
    if len(tokens_named := [kind.value for kind in _TOKENS if kind in reading.kinds]) > 1:
        reading.wrong(
            TRUST, f"names {' and '.join(tokens_named)}: bearer tokens are those of one issuer; only one can be meant"
        )
