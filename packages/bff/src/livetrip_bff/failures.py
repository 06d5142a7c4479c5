"""The refusals of the diary, as the contract names them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pydantic.alias_generators import to_camel

import livetrip_contract as contract
import livetrip_core as core
from switchover.errors import InvalidField, InvalidRequest, MalformedRequest

_FAILURES: Final[dict[type[core.DiaryError], type[contract.LiveTripError]]] = {
    core.TripNotFound: contract.TripNotFound,
    core.EntryNotFound: contract.EntryNotFound,
    core.PhotoNotFound: contract.PhotoNotFound,
    core.PhotoNotUploaded: contract.PhotoNotUploaded,
    core.TripDatesReversed: contract.TripDatesReversed,
    core.IdempotencyKeyReused: contract.IdempotencyKeyReused,
    core.AnsweredByAnotherVersion: contract.AnsweredByAnotherVersion,
}
_PARAMETERS: Final = frozenset({"cursor", "limit"})


@contextmanager
def as_documented() -> Iterator[None]:
    """Raise what the contract documents where the diary refuses.

    Raises:
        LiveTripError: the class with the code of the refusal.
        MalformedRequest: the caller is none that the contract can speak of.
        InvalidRequest: a value that breaks the contract came through, past whoever should have looked.
    """
    try:
        yield
    except core.InvalidValue as error:
        raise _invalid(error) from error
    except core.VersionConflict as error:
        raise contract.VersionConflict(str(error), current_version=error.current_version) from error
    except core.PhotoRejected as error:
        raise contract.PhotoRejected(str(error), reason=error.reason) from error
    except core.PhotoLimitReached as error:
        raise contract.PhotoLimitReached(str(error), limit=error.limit) from error
    except core.IdempotencyKeyInUse as error:
        raise contract.IdempotencyKeyInUse(str(error), retry_after=error.retry_after) from error
    except core.DiaryError as error:
        raise _FAILURES[type(error)](str(error)) from error


def _invalid(error: core.InvalidValue) -> MalformedRequest | InvalidRequest:
    if error.field == "user_id":
        return MalformedRequest("The caller cannot be read.")
    where = f"query.{error.field}" if error.field in _PARAMETERS else f"body#/{_pointer(error.field)}"
    return InvalidRequest(errors=[InvalidField(where, error.reason)])


def _pointer(field: str) -> str:
    return "/".join(to_camel(name) for name in field.split("."))
