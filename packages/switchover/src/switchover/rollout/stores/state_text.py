"""The state of a rollout as `state.json` holds it: one line of canonical JSON with its own digest."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from switchover.rollout.record.reading import canonical, parsed
from switchover.rollout.record.states import state_data, state_of
from switchover.rollout.state import RolloutState

_CONTENT: Final = re.compile(rb'\{"digest":"([0-9a-f]{64})","state":(.*)\}\n', re.DOTALL)


def content_of(state: RolloutState) -> bytes:
    """Return the content of the file."""
    data = canonical(state_data(state)).encode("ascii")
    return b'{"digest":"%s","state":%s}\n' % (hashlib.sha256(data).hexdigest().encode("ascii"), data)


def state_in(content: bytes, path: Path) -> RolloutState:
    """Return the state that a file holds.

    Raises:
        ValueError: it is damaged or was edited; the text names the file.
    """
    found = _CONTENT.fullmatch(content)
    try:
        if found is None or hashlib.sha256(found[2]).hexdigest().encode("ascii") != found[1]:
            raise ValueError("it was edited, or cut off, or never was one")
        return state_of(parsed(found[2]))
    except ValueError as error:
        raise ValueError(f"{path} is no state: {error}") from None
