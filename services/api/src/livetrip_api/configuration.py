"""What the environment has the service do, in plain words: `switchover check` shows it. Nothing is opened."""

from __future__ import annotations

import os
from collections.abc import Mapping

from livetrip_adapters.configuration import Told
from livetrip_adapters.settings import BackendMode
from livetrip_adapters.trust import Kind
from livetrip_adapters.trust.variables import CALLING, VARIABLES
from livetrip_api.trust import read_acceptance
from livetrip_api.trust.accepting import MISSING


def trust(environment: Mapping[str, str] | None = None) -> list[Told]:
    """Whom the service lets in."""
    values = os.environ if environment is None else environment
    found = read_acceptance(values, is_socket=bool(values.get("LIVETRIP_API_SOCKET")))
    if found.problems == [MISSING]:
        return [("trust", "not set", ["livetrip-api does not start", MISSING])]
    if found.problems and _is_a_callers(values):
        return [("trust", "not set", ["livetrip-api is not for this environment, which is one of its callers'"])]
    if found.problems:
        return [("trust", "failed", ["livetrip-api does not start", *found.problems])]
    state = "warning" if found.kinds == (Kind.OPEN,) else "ok"
    return [("trust", state, ["livetrip-api accepts", *found.described()])]


def _is_a_callers(environment: Mapping[str, str]) -> bool:
    """Is there nothing in it that only a service reads?"""
    serving = [name for name, variable in VARIABLES.items() if CALLING not in variable.sides]
    return environment.get("BACKEND_MODE") == BackendMode.SERVICE.value and not any(
        name in environment for name in serving
    )
