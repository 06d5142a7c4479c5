"""The services that may call: one file says who they are, how each proves itself, and which of them may act for users.

[web]
may_act_for_users = true
oidc = { client_id = "web", sub = "web" }
api-key = ["sha256:…", "sha256:…"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from livetrip_adapters.trust import Kind, Reading

CALLERS_FILE: Final = "LIVETRIP_TRUST_CALLERS_FILE"

LISTED: Final = (Kind.OIDC, Kind.GCP, Kind.PRIVATE_KEY_JWT, Kind.API_KEY, Kind.SIGNED)
"""The kinds whose callers are in the file."""

_MAY_ACT: Final = "may_act_for_users"


@dataclass(frozen=True, slots=True)
class Caller:
    """A service that may call.

    Attributes:
        name: how logs and counters call it.
        may_act_for_users: may it say for whom it calls?
        proofs: by kind, what the file says of it there.
    """

    name: str
    may_act_for_users: bool
    proofs: dict[Kind, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Callers:
    """All of them, and the folder of the file, which paths in it start from."""

    listed: tuple[Caller, ...]
    folder: Path

    def of(self, kind: Kind) -> Iterator[tuple[Caller, Any]]:
        """Those that prove themselves so, and by what."""
        return ((caller, caller.proofs[kind]) for caller in self.listed if kind in caller.proofs)


def read_callers(reading: Reading) -> Callers:
    """The file that the environment names. What is wrong in it is noted with the place."""
    text = reading.required_file(CALLERS_FILE)
    path = Path(reading.optional(CALLERS_FILE) or ".")
    try:
        document = tomllib.loads(text) if text is not None else {}
    except tomllib.TOMLDecodeError as error:
        # Of a message that could repeat what is in the file, nothing but the place.
        place = str(error).rpartition("(")[2].rstrip(")") if "(at " in str(error) else "somewhere"
        reading.wrong(CALLERS_FILE, f"{path} is no TOML: {place}")
        return Callers((), path.parent)
    if text is not None and not document:
        reading.wrong(CALLERS_FILE, f"{path} names no service; each is a table, like [web]")
    callers = [_caller(reading, name, table) for name, table in document.items()]
    return Callers(tuple(caller for caller in callers if caller is not None), path.parent)


def _caller(reading: Reading, name: str, table: object) -> Caller | None:
    if not isinstance(table, dict):
        reading.wrong(CALLERS_FILE, f"{name} is no table; a service is one, like [{name}]")
        return None
    kinds = {kind.value: kind for kind in LISTED}
    for key in table:
        if key != _MAY_ACT and key not in kinds:
            reading.wrong(CALLERS_FILE, f"[{name}] {key} is not known; there are {_MAY_ACT}, {', '.join(kinds)}")
        elif key in kinds and kinds[key] not in reading.kinds:
            reading.wrong(CALLERS_FILE, f"[{name}] {key} is set, and LIVETRIP_TRUST does not name {key}")
    may_act = table.get(_MAY_ACT)
    if not isinstance(may_act, bool):
        reading.wrong(CALLERS_FILE, f"[{name}] has to say {_MAY_ACT} = true or false")
    proofs = {kinds[key]: value for key, value in table.items() if key in kinds}
    if not proofs:
        reading.wrong(CALLERS_FILE, f"[{name}] cannot prove itself: it needs one of {', '.join(kinds)}")
    return Caller(name, may_act is True, proofs)
