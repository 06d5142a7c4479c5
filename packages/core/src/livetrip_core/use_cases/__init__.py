"""What a traveller can do. Each takes an open unit of work, and is right only if all of it happens in that one."""

from __future__ import annotations

from livetrip_core.use_cases.entries import change_entry, delete_entry, list_entries, read_entry, write_entry
from livetrip_core.use_cases.trips import change_trip, delete_trip, list_trips, open_trip, plan_trip, summarise_trip

__all__ = [
    "change_entry",
    "change_trip",
    "delete_entry",
    "delete_trip",
    "list_entries",
    "list_trips",
    "open_trip",
    "plan_trip",
    "read_entry",
    "summarise_trip",
    "write_entry",
]
