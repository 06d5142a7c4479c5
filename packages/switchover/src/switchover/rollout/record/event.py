"""A change that somebody asks for, and the event that it becomes: who, when, from, to, why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from switchover.rollout.record.edit import Edit, edit_data, edit_of
from switchover.rollout.record.reading import (
    LONGEST_TEXT,
    canonical,
    digest,
    hexadecimal,
    members,
    others,
    parsed,
    text,
    whole,
)
from switchover.rollout.state import RolloutState

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_TEXTS: Final = ("action", "who", "why", "key", "contract_digest", "plan_digest")
_MEMBERS: Final = ("version", "previous", "at", *_TEXTS, "before", "after", "windows", "digest")
_PASSES: Final = "passes"
HIGHEST_PASSED: Final = 2**52
"""No change passes a higher version: what leads there is not a rollout, and numbers must not run out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change, before it is made.

    Attributes:
        edit: what it sets.
        action: what was ordered, a word: `promote`, `rollback`.
        who: who ordered it; not empty.
        why: for people.
        key: names the order, so that it is carried out once, however often it is given; or "".
        contract_digest, plan_digest: of the contract and the plan that it was decided on, or "".
        windows: outcomes at that moment: any JSON.
        passes: a version that workers hold and the store has lost, or has another one of: the change gets a higher
            number, so that these workers follow it. None for every other change.

    Raises:
        ValueError: nobody ordered it, a text is longer than 4,000 characters, `windows` is no JSON, or `passes` is too high.
    """

    edit: Edit
    action: str
    who: str
    why: str = ""
    key: str = ""
    contract_digest: str = ""
    plan_digest: str = ""
    windows: Any = None
    passes: int | None = None

    def __post_init__(self) -> None:
        """See the class."""
        if not self.who.strip():
            raise ValueError("a change needs a name to stand by it: `who` is empty")
        for name in _TEXTS:
            if len(getattr(self, name)) > LONGEST_TEXT:
                raise ValueError(f"{name} has {len(getattr(self, name))} characters; {LONGEST_TEXT} are the most")
        if self.passes is not None and not 0 <= self.passes <= HIGHEST_PASSED:
            raise ValueError(f"passes must be a version, 0 to {HIGHEST_PASSED}, got {self.passes}")
        object.__setattr__(self, "windows", parsed(canonical(self.windows)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change that was made.

    Attributes:
        version: of the state that it led to; the first is 1, and each is the next number, unless it `passes` one.
        previous: digest of the event before it; 64 zeros for the first.
        at: when the store took it: UTC, RFC 3339, milliseconds.
        before, after: what it set, as it was and as it is.
        digest: SHA-256 over the canonical JSON of everything else.
        windows_at: when `windows` was attached, where that came after the event; "" where the
            event itself holds it. What was attached is not under the digest, which then stands for
            an event without figures.
        others: what only a newer version knows; the digest covers it.

    The rest is as in `Change`.
    """

    version: int
    previous: str
    at: str
    action: str
    who: str
    why: str
    key: str
    contract_digest: str
    plan_digest: str
    before: Edit
    after: Edit
    windows: Any = field(repr=False)
    digest: str = ""
    windows_at: str = ""
    passes: int | None = None
    others: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def applied(self, state: RolloutState) -> RolloutState:
        """The state that it leads to from the one before."""
        since = (datetime.fromisoformat(self.at) - _EPOCH) // timedelta(seconds=1)
        return replace(self.after.applied(state, head=self.digest, at=since), version=self.version)

    def is_whole(self) -> bool:
        """Does its digest fit?"""
        return self.digest == _digest(event_data(self))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What lies in the record where an event belongs; `what` is wrong with it, a sentence."""

    what: str


def made(change: Change, state: RolloutState, now: float) -> Event:
    """The event that a change of this state is. `now`: seconds since 1970."""
    event = Event(
        version=max(state.version, change.passes or 0) + 1,
        previous=state.head,
        at=written_time(now),
        action=change.action,
        who=change.who,
        why=change.why,
        key=change.key,
        contract_digest=change.contract_digest,
        plan_digest=change.plan_digest,
        before=change.edit.found_in(state),
        after=change.edit,
        windows=change.windows,
        passes=None if change.passes is None else max(state.version, change.passes),
    )
    return replace(event, digest=_digest(event_data(event)))


def event_data(event: Event) -> dict[str, Any]:
    """Return the event as JSON, as its digest covers it: without figures attached later."""
    data: dict[str, Any] = {name: getattr(event, name) for name in _MEMBERS}
    if event.passes is not None:
        data[_PASSES] = event.passes
    windows = None if event.windows_at else event.windows
    data |= {"before": edit_data(event.before), "after": edit_data(event.after), "windows": windows}
    return {**event.others, **data}


def event_of(data: Any) -> Event:
    """The event that plain data stands for. Whether its digest fits is another question: `is_whole`.

    Raises:
        ValueError: it stands for none; where, what, and what would be right.
    """
    named = (*_MEMBERS, _PASSES) if isinstance(data, dict) and _PASSES in data else _MEMBERS
    found = members(data, "#", named)
    return Event(
        version=whole(found["version"], "#/version"),
        previous=hexadecimal(found["previous"], "#/previous"),
        at=time_of(found["at"]),
        **{name: text(found[name], f"#/{name}") for name in _TEXTS},
        before=edit_of(found["before"], "#/before"),
        after=edit_of(found["after"], "#/after"),
        windows=found["windows"],
        digest=hexadecimal(found["digest"], "#/digest"),
        passes=whole(found[_PASSES], "#/passes") if _PASSES in found else None,
        others=others(found, (*_MEMBERS, _PASSES)),
    )


def read_event(written: str | bytes) -> Event | Unreadable:
    """The event that a text of the record holds, or what is wrong with it."""
    try:
        return event_of(parsed(written))
    except ValueError as error:
        return Unreadable(str(error))


def _digest(data: Mapping[str, Any]) -> str:
    return digest({name: value for name, value in data.items() if name != "digest"})


def written_time(now: float) -> str:
    """Return a time as RFC 3339 has it: UTC, milliseconds. `now`: seconds since 1970."""
    at = _EPOCH + timedelta(milliseconds=int(now * 1000))
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def time_of(value: Any) -> str:
    """Return plain data that is such a time. Raises ValueError."""
    found = text(value, "#/at")
    try:
        if _TIME.fullmatch(found) and datetime.fromisoformat(found):
            return found
    except ValueError:
        pass  # shaped like a time, and none: the 31st of February
    raise ValueError(f"#/at is {found[:40]!r}; it has to be a time in UTC like 2026-11-24T18:00:00.000Z")
