"""`signed`: requests that carry a signature of their own."""

from __future__ import annotations

from typing import Any

from livetrip_adapters.trust import Kind, Reading
from livetrip_adapters.trust.files import Unreadable, read_text, signing_material
from livetrip_api.trust.callers import CALLERS_FILE, Caller, Callers
from switchover import SharedNonces, SignedMessageVerifier, SigningKey
from switchover.trust import Verifier
from switchover.trust.signed import Nonces

_NAME = "LIVETRIP_TRUST_SIGNED"


def shared_nonces(reading: Reading) -> SharedNonces | None:
    """Where processes of one machine keep which messages came in, if a file is named for it; in this process otherwise."""
    path = reading.optional(f"{_NAME}_NONCES_FILE")
    return SharedNonces(path) if path is not None else None


def verifier(reading: Reading, callers: Callers, *, nonces: Nonces | None) -> Verifier | None:
    """The keys of each caller, by key id."""
    noted = len(reading.problems)
    keys: dict[str, SigningKey] = {}
    for caller, given in callers.of(Kind.SIGNED):
        keys |= _keys(reading, caller, given, callers, keys)
    base_url = reading.text(f"{_NAME}_BASE_URL")
    age = reading.number(f"{_NAME}_MAX_AGE_SECONDS", 60)
    leeway = reading.number("LIVETRIP_TRUST_LEEWAY_SECONDS", 30)
    if base_url is None or len(reading.problems) > noted:
        return None
    return reading.made(
        "LIVETRIP_TRUST=signed",
        lambda: SignedMessageVerifier(
            keys, base_url=base_url, max_age_seconds=age, leeway_seconds=leeway, nonces=nonces
        ),
    )


def _keys(
    reading: Reading, caller: Caller, given: Any, callers: Callers, others: dict[str, SigningKey]
) -> dict[str, SigningKey]:
    where = f"[{caller.name}] signed"
    if not isinstance(given, dict) or not given or not all(isinstance(path, str) for path in given.values()):
        reading.wrong(CALLERS_FILE, f'{where} has to be a table of files by key id, like {{ "web-1" = "web-1.pem" }}')
        return {}
    found = {}
    for key_id, path in given.items():
        if key_id in others:
            reading.wrong(CALLERS_FILE, f"{where}: key id {key_id} is another service's")
        try:
            key = signing_material(read_text(callers.folder / path))
        except Unreadable as error:
            reading.wrong(CALLERS_FILE, f"{where}: key id {key_id}: {error}")
            continue
        found[key_id] = SigningKey(caller.name, caller.may_act_for_users, key)
    return found
