"""Requests that may be repeated and happen once: the key, the write and the answer share one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from livetrip_core import IdempotencyStore, KeyedRequest

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
    """Carry a request out, or answer it as it was the first time.

    A request that fails leaves nothing behind, for its failure undoes the claim too.

    Raises:
        IdempotencyKeyReused: the key belongs to another request.
    """
    happened = await requests.claim(request)
    if happened is not None:
        return answers.validate_json(happened.answer_to(request))
    answer = await carry_out()
    await requests.record(request, answers.dump_json(answer, by_alias=True).decode())
    return answer
