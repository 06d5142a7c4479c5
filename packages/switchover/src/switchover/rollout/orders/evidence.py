"""Figures for a change that is in force already: attached if they can be read in time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Final

from switchover.errors import SwitchoverError, outline
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore

_log = logging.getLogger("switchover.rollout")

EVIDENCE_SECONDS: Final = 1.0
"""So long a command that goes back waits for figures, after the switch was thrown."""


def attach_within(seconds: float, store: RolloutStore, after: RolloutState, windows: Callable[[], Any]) -> None:
    """Attach the figures of the moment to the event that led to a state.

    A warning says if there are none.

    They are read on a thread of their own: a disk or a database may hang for longer than anyone
    should wait at night. What comes later is still attached, if the process lives.
    """
    problems: list[str] = []

    def attach() -> None:
        try:
            store.attach(after.version, after.head, windows())
        except Exception as error:  # anything: the change is made, and does not depend on it
            problems.append(str(error) if isinstance(error, SwitchoverError) else outline(error))

    thread = threading.Thread(target=attach, name="switchover-evidence", daemon=True)
    try:
        thread.start()
        thread.join(seconds)
    except RuntimeError as error:  # no more threads can be started
        problems.append(str(error))
    if thread.is_alive():
        problems.append(f"they could not be read within {seconds:g} s")
    if problems:
        _log.warning("version %d is in force, without figures in the audit log: %s", after.version, problems[0])
