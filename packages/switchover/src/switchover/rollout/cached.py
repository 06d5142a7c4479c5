"""A file with the last state that a process applied, for a start while its store is down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from switchover.disk import replace_file
from switchover.rollout.following import log
from switchover.rollout.record.reading import canonical, parsed
from switchover.rollout.record.states import state_data, state_of
from switchover.rollout.state import RolloutState


@dataclass(frozen=True, slots=True)
class StateCache:
    """What goes wrong with it is logged, and counts as no file.

    Attributes:
        path: of the file; None for no cache.
    """

    path: Path | None

    def read(self) -> RolloutState | None:
        """Return the state, if there is one that can be used."""
        if self.path is None:
            return None
        try:
            return state_of(parsed(self.path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.refuse(error)
            return None

    def write(self, state: RolloutState) -> None:
        """Keep a state."""
        if self.path is not None:
            try:
                replace_file(self.path, canonical(state_data(state)).encode("ascii"))
            except OSError as error:
                log.warning("the cache %s cannot be written: %s", self.path, error)

    def refuse(self, error: Exception) -> None:
        """Say that what it holds cannot be used."""
        log.warning("the cache %s cannot be used: %s", self.path, error)
