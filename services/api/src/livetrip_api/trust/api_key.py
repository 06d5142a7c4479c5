"""`api-key`: keys in a header, known by their hashes."""

from __future__ import annotations

import re
from typing import Final

from livetrip_adapters.trust import Kind, Reading
from livetrip_adapters.trust.api_key import header
from livetrip_api.trust.callers import CALLERS_FILE, Callers
from switchover import ApiKeyVerifier, Principal
from switchover.trust import Verifier

_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")


def verifier(reading: Reading, callers: Callers) -> Verifier | None:
    """The keys of each caller, one or several."""
    noted = len(reading.problems)
    keys = {}
    for caller, given in callers.of(Kind.API_KEY):
        hashes = given if isinstance(given, list) and given else [given]
        # A key as it is would lie open in the file, and is not repeated here.
        if not all(isinstance(each, str) and _HASH.fullmatch(each) for each in hashes):
            what = "has to be a list of hashes, `sha256:…`; `livetrip key hash` makes one of a key"
            reading.wrong(CALLERS_FILE, f"[{caller.name}] api-key {what}")
        keys[Principal(caller.name, caller.may_act_for_users)] = hashes
    name = header(reading)
    if len(reading.problems) > noted:
        return None
    return reading.made("LIVETRIP_TRUST=api-key", lambda: ApiKeyVerifier(keys, header=name))
