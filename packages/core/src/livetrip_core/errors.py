"""Every refusal of the diary, in one tree; each has a stable `code`.

DiaryError
├── TripNotFound            trip_not_found           there is none, or it is another user's
├── EntryNotFound           entry_not_found          there is none in this trip
├── PhotoNotFound           photo_not_found          there is none in this trip
├── PhotoNotUploaded        photo_not_uploaded       nothing has arrived yet
├── PhotoRejected           photo_rejected           what arrived is not the photo that was announced
├── PhotoLimitReached       photo_limit_reached      there is no room for one more photo
├── VersionConflict         version_conflict         the change was made on a version that is no longer the current one
├── TripDatesReversed       trip_dates_reversed      the trip would end before it starts
├── IdempotencyKeyReused    idempotency_key_reused   the key belongs to another request
├── AnsweredByAnotherVersion  answered_by_another_version  it was carried out, by a version whose answer cannot be read here
├── IdempotencyKeyInUse     idempotency_key_in_use   the request with this key is being carried out
└── InvalidValue            invalid_request          a value that can never be right
"""

from __future__ import annotations

from typing import ClassVar, Literal


class DiaryError(Exception):
    """Base of everything the diary refuses: a stable `code`, and a sentence for people as `str(error)`."""

    code: ClassVar[str]
    sentence: ClassVar[str]

    def __str__(self) -> str:
        return self.sentence


class TripNotFound(DiaryError):
    """There is no such trip, or it is another user's: the two cannot be told apart."""

    code = "trip_not_found"
    sentence = "There is no such trip."


class EntryNotFound(DiaryError):
    """The trip has no such entry."""

    code = "entry_not_found"
    sentence = "There is no such entry."


class PhotoNotFound(DiaryError):
    """The trip has no such photo."""

    code = "photo_not_found"
    sentence = "There is no such photo."


class PhotoNotUploaded(DiaryError):
    """Nothing has arrived where the photo was to be uploaded."""

    code = "photo_not_uploaded"
    sentence = "Nothing has been uploaded yet."


RejectionReason = Literal["size_differs", "checksum_differs", "type_differs", "not_an_image", "too_many_pixels"]


class PhotoRejected(DiaryError):
    """What arrived is not the photo that was announced. `reason` is a short stable word for programs."""

    code = "photo_rejected"
    SENTENCES: ClassVar[dict[RejectionReason, str]] = {
        "size_differs": "What was uploaded has another size than was announced.",
        "checksum_differs": "What was uploaded has another checksum than was announced.",
        "type_differs": "What was uploaded is a picture of another type than was announced.",
        "not_an_image": "What was uploaded is no picture.",
        "too_many_pixels": "What was uploaded has more pixels than a photo may have.",
    }

    def __init__(self, reason: RejectionReason) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.SENTENCES[self.reason]


PhotoLimit = Literal["uploads", "bytes", "trip"]


class PhotoLimitReached(DiaryError):
    """There is no room for one more photo. `limit` says which one is reached, for programs."""

    code = "photo_limit_reached"
    SENTENCES: ClassVar[dict[PhotoLimit, str]] = {
        "uploads": "Too many uploads are not completed.",
        "bytes": "The uploads that are not completed are too large together.",
        "trip": "The trip has as many photos as it may have.",
    }

    def __init__(self, limit: PhotoLimit) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return self.SENTENCES[self.limit]


class VersionConflict(DiaryError):
    """Somebody changed it first. `current_version`: the version it has now."""

    code = "version_conflict"
    sentence = "It has been changed since."

    def __init__(self, current_version: int) -> None:
        super().__init__(current_version)
        self.current_version = current_version


class TripDatesReversed(DiaryError):
    """The trip would end before it starts."""

    code = "trip_dates_reversed"
    sentence = "A trip cannot end before it starts."


class IdempotencyKeyReused(DiaryError):
    """The idempotency key belongs to another request of the same user."""

    code = "idempotency_key_reused"
    sentence = "This idempotency key belongs to another request."


class AnsweredByAnotherVersion(DiaryError):
    """The request was carried out by another version of the diary, which kept an answer that this one cannot read."""

    code = "answered_by_another_version"
    sentence = "Another version carried this out. Read what it changed; do not send it again."


class IdempotencyKeyInUse(DiaryError):
    """A request with this key of the same user is being carried out. `retry_after`: seconds to wait before repeating it."""

    code = "idempotency_key_in_use"
    sentence = "A request with this idempotency key is being carried out."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class InvalidValue(DiaryError):
    """A value that can never be right: `field` names it, `reason` says why and never repeats it."""

    code = "invalid_request"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field} {self.reason}"
