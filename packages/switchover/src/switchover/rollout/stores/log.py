"""An audit log as a file: an event a line.

What the state says decides whether the last line counts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from switchover.disk import append_line, end_of_lines, last_line, shorten
from switchover.rollout.record.event import Event, Unreadable, event_data, read_event
from switchover.rollout.record.reading import canonical
from switchover.rollout.state import RolloutState

_log = logging.getLogger("switchover.rollout")


class LogFile:
    """Written with the store's lock held; read by all processes of the machine.

    A line is written before the state that it leads to, so the last line may be *unfinished*: its
    command failed or was killed before it came into force. Its command was answered with an error,
    or not at all, and no `load` ever returned its state.

    Args:
        path: may be missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Whether anything was ever recorded."""
        return self.path.exists()

    def end(self) -> int:
        """Return where the last whole line ends, for `take_out`. Raises OSError."""
        return end_of_lines(self.path)

    def append(self, event: Event) -> None:
        """Add an event, durably.

        Raises OSError: whether it is there or not, `take_out` removes it.
        """
        append_line(self.path, canonical(event_data(event)).encode("ascii"))

    def take_out(self, end: int, event: Event) -> None:
        """Remove what was written after `end` for an event that did not come into force.

        Where that fails, `drop_unfinished` does it.
        """
        try:
            shorten(self.path, end)
        except OSError as error:
            said = "%s: version %d did not come into force, and its line cannot be taken out: %s; no command goes on before it is"
            _log.warning(said, self.path, event.version, error)

    def drop_unfinished(self, state: RolloutState) -> None:
        """Remove the last line if it never came into force. Raises OSError: it cannot be removed.

        A log that was tampered with does not keep anyone from going back: a warning says so, and
        `verify` finds the place.
        """
        line = last_line(self.path)
        entry = read_event(line or b"null")
        if isinstance(entry, Event) and is_next(entry, state):
            shorten(self.path, end_of_lines(self.path) - len(line))
            said = "%s: version %d (%s, by %s) never came into force, and was taken out: its command ended before"
            _log.warning(said, self.path, entry.version, entry.action, entry.who)
        elif state.version and (isinstance(entry, Unreadable) or entry.digest != state.head):
            _log.warning("%s does not end where version %d came from", self.path, state.version)

    def entries(self) -> Iterator[Event | Unreadable]:
        """Yield what lies in the log.

        A last line that is still being written is not yet part of it. Raises OSError.
        """
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield read_event(line)


def is_next(entry: Event | Unreadable, state: RolloutState) -> bool:
    """Whether an entry is the event that would follow a state."""
    if isinstance(entry, Unreadable):
        return False
    return entry.previous == state.head and entry.version > state.version and entry.is_whole()


def unfinished(event: Event) -> Unreadable:
    """Stand in for a last line that never came into force."""
    what = f"version {event.version} ({event.action}, by {event.who}) never came into force"
    return Unreadable(f"{what}: its command failed or was killed; the next command takes it out")
