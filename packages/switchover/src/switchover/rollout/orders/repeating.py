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


def is_carried_out(key: str, events: Iterable[Event]) -> bool:
    """Is an order on record under this key? Raises RolloutRefused if another one is, under the same name."""
    name = key.rpartition("/")[0]
    for event in events:
        if event.key == key:
            return True
        if event.key and event.key.rpartition("/")[0] == name:
            raise RolloutRefused(
                "key_reused", f"this key belongs to another order, version {event.version}: {event.action}"
            )
    return False
