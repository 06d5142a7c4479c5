"""An order that is given twice under one key is carried out once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from switchover.errors import RolloutRefused
from switchover.rollout.record.event import Event

REMEMBERED: Final = 1000
"""So many events back a key is looked for."""


def order_key(name: str, fingerprint: str) -> str:
    """The key of an order: what names it, and what tells it from others of the same name."""
    return f"{name}/{fingerprint}"


def find_carried_out(key: str, events: Iterable[Event]) -> Event | None:
    """Return the event of an order that is on record under a key; None if there is none.

    Raises:
        RolloutRefused: another order has the same name.
    """
    name = key.rpartition("/")[0]
    for event in events:
        if event.key == key:
            return event
        if event.key and event.key.rpartition("/")[0] == name:
            raise RolloutRefused(
                "key_reused",
                f"this key belongs to another order, version {event.version}: {event.action}",
            )
    return None
