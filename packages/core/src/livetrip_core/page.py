"""A part of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from livetrip_core.cursor import Cursor
from livetrip_core.errors import InvalidValue

MAX_PAGE_SIZE: Final = 100

Item_co = TypeVar("Item_co", covariant=True)
Other = TypeVar("Other")


class Positioned(Protocol):
    """Something that has a position in its list."""

    @property
    def position(self) -> Cursor:
        """Where it is."""
        ...


Found = TypeVar("Found", bound=Positioned)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item_co]):
    """Some items of a list. `next_cursor` asks for those after them; None if there are none."""

    items: tuple[Item_co, ...]
    next_cursor: Cursor | None

    def map(self, change: Callable[[Item_co], Other]) -> Page[Other]:
        """The same page of something else."""
        return Page(tuple(change(item) for item in self.items), self.next_cursor)


def page_size(value: int) -> int:
    """The most items a page may have: 1 to 100.

    Raises:
        InvalidValue: it is less or more.
    """
    if not 1 <= value <= MAX_PAGE_SIZE:
        raise InvalidValue("limit", f"has to be 1 to {MAX_PAGE_SIZE}")
    return value


def page_of(found: Sequence[Found], size: int) -> Page[Found]:
    """A page of at most `size` items, of a list read one item further than that: the one more tells if others follow."""
    items = tuple(found[:size])
    return Page(items, items[-1].position if len(found) > size else None)
