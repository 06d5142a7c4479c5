"""Objects that cross a port in one process more than once: all who got them share them, and would have copies of them over HTTP."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Collection, Iterable
from typing import Any, Final

from switchover.parity import mutable_parts

_MOST_KEPT: Final = 2000


class HandedOut:
    """Mutable objects that were part of a call before.

    What came in is known from its first call on; what a backend has made itself can only be known for its own once it was handed out.
    """

    def __init__(self) -> None:
        self._arguments = _Known()
        self._results = _Known()

    def take_in(self, arguments: Iterable[Any]) -> None:
        """Remember what a backend is given."""
        for argument in arguments:
            for _, part in mutable_parts(argument):
                self._arguments.add(part)

    def again(self, result: Any, apart_from: Collection[int]) -> list[tuple[str, str]]:
        """Pointers of the objects in a result that were part of an earlier call, and of which side of it.

        Args:
            result: what is handed out now.
            apart_from: `id` of what this very call brought.
        """
        found = []
        for path, part in mutable_parts(result):
            if self._results.has(part):
                found.append((path, "is an object that was handed out before"))
            elif self._arguments.has(part) and id(part) not in apart_from:
                found.append((path, "is an object that came as an argument before"))
            self._results.add(part)
        return found


class _Known:
    """Objects by identity. Lists, dicts and sets cannot be watched from outside; the latest of them are kept, so that none can come
    back by chance.
    """

    def __init__(self) -> None:
        self._watched: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._kept: OrderedDict[int, Any] = OrderedDict()

    def has(self, part: object) -> bool:
        return self._watched.get(id(part)) is part or id(part) in self._kept

    def add(self, part: object) -> None:
        try:
            self._watched[id(part)] = part
        except TypeError:
            self._kept[id(part)] = part
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
