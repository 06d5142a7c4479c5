"""What a traveller can do. Each takes an open unit of work, and is right only if all of it happens in that one,
except where bytes have to be waited for.
"""

from __future__ import annotations

from livetrip_core.use_cases.entries import change_entry, delete_entry, list_entries, read_entry, write_entry
from livetrip_core.use_cases.photos import (
    announce_photo,
    can_renew_upload,
    collect_photos,
    delete_photo,
    develop_photo,
    find_photo,
    keep_photo,
    list_photos,
    look_at_photo,
    store_photo,
)
from livetrip_core.use_cases.trips import change_trip, delete_trip, list_trips, open_trip, plan_trip, summarise_trip

__all__ = [
    "announce_photo",
    "can_renew_upload",
    "change_entry",
    "change_trip",
    "collect_photos",
    "delete_entry",
    "delete_photo",
    "delete_trip",
    "develop_photo",
    "find_photo",
    "keep_photo",
    "list_entries",
    "list_photos",
    "list_trips",
    "look_at_photo",
    "open_trip",
    "plan_trip",
    "read_entry",
    "store_photo",
    "summarise_trip",
    "write_entry",
]
