"""Requests that may be repeated and happen once: the key, the write and the answer share one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from livetrip_core import AnsweredByAnotherVersion, IdempotencyStore, KeyedRequest
from switchover import context

Answer = TypeVar("Answer")


def fingerprint(operation: str, arguments: Mapping[str, Any]) -> str:
    """SHA-256 over an operation and its arguments, as 64 hex digits. The arguments are plain JSON values.

    Equal calls have equal ones, whether they came over HTTP or not.
    """
    canonical = json.dumps([operation, arguments], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def once(
    requests: IdempotencyStore,
    request: KeyedRequest,
    carry_out: Callable[[], Awaitable[Answer]],
    *,
    answers: TypeAdapter[Answer],
) -> Answer:
    """Carry a request out, or answer it as it was the first time, which marks the answer as a replay.

    A request that fails leaves nothing behind, for its failure undoes the claim too.

    Raises:
        IdempotencyKeyReused: the key belongs to another request.
        AnsweredByAnotherVersion: it was carried out, and the answer that was kept cannot be read by this version.
        IdempotencyKeyInUse: a request with this key is being carried out.
    """
    happened = await requests.claim(request)
    if happened is not None:
        answer = read_answer(answers, happened.answer_to(request))
        context.respond(replayed=True)
        return answer
    answer = await carry_out()
    await requests.record(request, answers.dump_json(answer, by_alias=True).decode())
    return answer


def read_answer(answers: TypeAdapter[Answer], kept: str) -> Answer:
    """Return an answer that was kept, by whichever version.

    Members that this version does not know are left out. A value that it does not know becomes null where null is allowed, which is
    what the contract documents for reading (`x-unknown`).

    Raises:
        AnsweredByAnotherVersion: it cannot be read so either.
    """
    try:
        return answers.validate_json(kept)
    except ValidationError:
        pass
    try:
        return answers.validate_json(kept, extra="ignore")
    except ValidationError as error:
        unknown = error.errors(include_url=False, include_context=False, include_input=False)
    try:
        return answers.validate_json(_without(kept, unknown), extra="ignore")
    except (ValueError, LookupError, TypeError):
        raise AnsweredByAnotherVersion from None


def _without(kept: str, unknown: Sequence[ErrorDetails]) -> bytes:
    """The answer with null in the place of values that no enumeration lists. Raises ValueError if anything else is wrong with it."""
    if any(item["type"] not in _UNLISTED for item in unknown):
        raise ValueError("this is not only a matter of values")
    plain = from_json(kept)
    for item in unknown:
        place = plain
        for token in item["loc"][:-1]:
            place = place[token]
        place[item["loc"][-1]] = None
    return to_json(plain)


_UNLISTED: Final = frozenset({"enum", "literal_error"})
