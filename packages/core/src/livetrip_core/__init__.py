"""LiveTrip Diary: entities, rules and driven ports. Standard library only."""

from __future__ import annotations

from livetrip_core.change import UNSET, Unset
from livetrip_core.cursor import Cursor
from livetrip_core.entry import Entry, EntryChange, EntryDraft
from livetrip_core.errors import (
    AnsweredByAnotherVersion,
    DiaryError,
    EntryNotFound,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    InvalidValue,
    PhotoLimitReached,
    PhotoNotFound,
    PhotoNotUploaded,
    PhotoRejected,
    TripDatesReversed,
    TripNotFound,
    VersionConflict,
)
from livetrip_core.idempotency import AnsweredRequest, KeyedRequest
from livetrip_core.identifiers import EntryId, PhotoId, TripId, UserId, user_id
from livetrip_core.moment import Moment
from livetrip_core.mood import Mood, UnknownMood, read_mood
from livetrip_core.page import Page
from livetrip_core.photo import Announcement, Arrival, Photo, PhotoFormat, Picture, Tally, UnknownFormat, read_format
from livetrip_core.place import Coordinates, Place
from livetrip_core.ports import (
    Clock,
    Development,
    EntryRepository,
    IdempotencyStore,
    IdentifierSource,
    ImageProcessor,
    ObjectStorage,
    PhotoRepository,
    Rendering,
    TripRepository,
    UnitOfWork,
    UnitOfWorkFactory,
    UploadAddress,
)
from livetrip_core.summary import TripSummary, VisitedPlace, summarise
from livetrip_core.trip import Trip, TripChange, TripDraft
from livetrip_core.views import EntryView, TripView

__all__ = [
    "UNSET",
    "Announcement",
    "AnsweredByAnotherVersion",
    "AnsweredRequest",
    "Arrival",
    "Clock",
    "Coordinates",
    "Cursor",
    "Development",
    "DiaryError",
    "Entry",
    "EntryChange",
    "EntryDraft",
    "EntryId",
    "EntryNotFound",
    "EntryRepository",
    "EntryView",
    "IdempotencyKeyInUse",
    "IdempotencyKeyReused",
    "IdempotencyStore",
    "IdentifierSource",
    "ImageProcessor",
    "InvalidValue",
    "KeyedRequest",
    "Moment",
    "Mood",
    "ObjectStorage",
    "Page",
    "Photo",
    "PhotoFormat",
    "PhotoId",
    "PhotoLimitReached",
    "PhotoNotFound",
    "PhotoNotUploaded",
    "PhotoRejected",
    "PhotoRepository",
    "Picture",
    "Place",
    "Rendering",
    "Tally",
    "Trip",
    "TripChange",
    "TripDatesReversed",
    "TripDraft",
    "TripId",
    "TripNotFound",
    "TripRepository",
    "TripSummary",
    "TripView",
    "UnitOfWork",
    "UnitOfWorkFactory",
    "UnknownFormat",
    "UnknownMood",
    "Unset",
    "UploadAddress",
    "UserId",
    "VersionConflict",
    "VisitedPlace",
    "read_format",
    "read_mood",
    "summarise",
    "user_id",
]
