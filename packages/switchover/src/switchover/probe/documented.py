"""The answers that a contract documents for one operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from switchover.contract import Document, Media, Node, Operation, SchemaCheck, SchemaEngine
from switchover.contract.media import essence, media_of


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A body in one documented media type; `media` is None for a range of them, and for those that a port does not read."""

    media: Media | None
    check: SchemaCheck | None


Offers = Mapping[str, Offer]
"""The bodies that one response may have, by media type; none where it has no body."""


class DocumentedAnswers:
    """The responses of one operation, by status.

    Raises:
        ContractError: a schema cannot be used.
    """

    def __init__(self, operation: Operation, engine: SchemaEngine) -> None:
        responses = operation.node.get("responses")
        assert responses is not None  # an operation without a success is refused before
        self._offers: dict[str, Offers] = {status: dict(_offers(node, engine)) for status, node in responses.entries()}

    def for_status(self, status: int) -> Offers | None:
        """What is documented: for the status itself, for its range, or for all others (OpenAPI 3.1, section 4.8.16)."""
        keys = (str(status), f"{status // 100}XX", "default")
        return next((self._offers[key] for key in keys if key in self._offers), None)


def chosen(offers: Offers, media_type: str) -> Offer | None:
    """What is documented for a media type: by its own name, or by a range (OpenAPI 3.1, section 4.8.17)."""
    if "/" not in media_type:
        return None
    keys = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((offers[key] for key in keys if key in offers), None)


def _offers(node: Node, engine: SchemaEngine) -> Iterator[tuple[str, Offer]]:
    content = node.get("content")
    for name, offer in content.entries() if content is not None else ():
        schema = offer.at("schema") if "schema" in offer.value else None
        is_range = "*" in name
        media = None if is_range else media_of(name, schema.value if schema is not None else None)
        may_be_json = media is Media.JSON or is_range
        yield essence(name), Offer(media, engine.check(schema) if schema is not None and may_be_json else None)


def names_of(document: Document) -> frozenset[str]:
    """Every name that a contract gives to anything."""
    return frozenset(name for value in document.values.values() for name in _names(value))


def _names(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            yield from current
            waiting += current.values()
        elif isinstance(current, list):
            waiting += current
