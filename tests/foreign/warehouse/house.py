"""A warehouse: dataclasses and TypedDicts, plain methods."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

Colour = Literal["red", "green", "light,blue", "a b|c"]


class Range(TypedDict):
    low: int
    high: NotRequired[int]


class Wish(TypedDict, total=False):
    colour: Colour
    size: int


@dataclass(frozen=True)
class BySku:
    sku: str
    by: Literal["sku"] = "sku"


@dataclass(frozen=True)
class ByName:
    name: str
    amount: int
    by: Literal["name"] = "name"


@dataclass(frozen=True)
class OnShelf:
    shelf: str


@dataclass(frozen=True)
class InDays:
    days: int


class Warehouse:
    """Says back what it was told."""

    def __init__(self) -> None:
        self.last: tuple[int, Any] | None = None

    def queryArrays(  # noqa: N802 - their style
        self,
        ids: list[int] | None = None,
        colours: list[Colour] | None = None,
        *,
        spaced: list[str] | None = None,
        piped: list[float] | None = None,
    ) -> list[list[Any]]:
        return deepcopy([ids or [], colours or [], spaced or [], piped or []])

    def query_objects(
        self,
        *,
        exploded: Wish | None = None,
        flat: Range | None = None,
        deep: Range | None = None,
        json: dict[str, list[bool | None]] | None = None,
    ) -> list[Any]:
        return deepcopy([exploded, flat, deep, json])

    def headers(
        self,
        x_count: int,
        x_tags: list[str] | None = None,
        x_range: Range | None = None,
        x_range_exploded: Range | None = None,
        session: str | None = None,
        recent: list[int] | None = None,
    ) -> list[Any]:
        return deepcopy([x_count, x_tags or [], x_range, x_range_exploded, session, recent or []])

    def path_styles(
        self,
        ids: list[int],
        dotted: str,
        words: list[str],
        one: bool,
        many: list[int],
        range: Range,  # noqa: A002
        /,
    ) -> list[Any]:
        return deepcopy([ids, dotted, words, one, many, range])

    def place_order(
        self, order: BySku | ByName, priority: int = 3, mode: Literal["auto"] | int | None = None
    ) -> OnShelf | InDays | None:
        self.last = (priority, mode)
        if isinstance(order, BySku):
            return OnShelf(f"A{priority}")
        return InDays(order.amount) if order.amount < 100 else None
