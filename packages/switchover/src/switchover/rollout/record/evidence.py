"""Figures that are attached to an event later, and lie beside the chain of the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from switchover.rollout.record.event import Event, Unreadable, time_of, written_time
from switchover.rollout.record.reading import canonical, hexadecimal, members, parsed, whole

_MEMBERS: Final = ("version", "digest", "at", "windows")
_E = TypeVar("_E", Event, Event | Unreadable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The figures of one event.

    Attributes:
        version, digest: of the event that they belong to.
        at: when the store took them: UTC, RFC 3339, milliseconds.
        windows: outcomes at that moment: any JSON.
    """

    version: int
    digest: str
    at: str
    windows: Any = field(repr=False)


def evidence_text(version: int, digest: str, windows: Any, now: float) -> str:
    """Return the figures of an event as canonical JSON.

    `now`: seconds since 1970. Raises ValueError for what is not JSON.
    """
    return canonical({"version": version, "digest": digest, "at": written_time(now), "windows": windows})


def read_evidence(written: str | bytes) -> Evidence:
    """Return the figures that a text holds. Raises ValueError, with the place."""
    found = members(parsed(written), "#", _MEMBERS)
    return Evidence(
        version=whole(found["version"], "#/version"),
        digest=hexadecimal(found["digest"], "#/digest"),
        at=time_of(found["at"]),
        windows=found["windows"],
    )


def with_evidence(entries: Iterable[_E], find: Callable[[int], Evidence | None]) -> list[_E]:
    """Return the entries of an audit log, with the figures that are kept beside it.

    Args:
        entries: of the log.
        find: returns what is kept for a version. Figures of another event of the same version are
            left out.
    """
    return [_joined(entry, find) for entry in entries]


def _joined(entry: _E, find: Callable[[int], Evidence | None]) -> _E:
    if not isinstance(entry, Event) or entry.windows is not None:
        return entry
    evidence = find(entry.version)
    if evidence is None or evidence.digest != entry.digest:
        return entry
    return replace(entry, windows=evidence.windows, windows_at=evidence.at)
