"""One small HTTP request and its answer: for tokens and what is needed to get them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Question:
    """A request. `whom` is asked, as messages name it: `the token endpoint of https://issuer`."""

    whom: str
    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case."""

    whom: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


Ask = Callable[[Question], Awaitable[Answer]]
"""Asks, and waits for the answer within a time of its own.

Raises:
    CredentialUnavailable: there is no answer, or it is too large.
"""
