"""What a backend hands out twice: objects that all who got them share, in one process, and would have copies of over HTTP."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from typing import Any, Final

from switchover.parity import mutable_parts

_MOST_KEPT: Final = 2000


class HandedOut:
    """Mutable objects that were results before."""

    def __init__(self) -> None:
        self._watched: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        # Lists, dicts and sets cannot be watched from outside; the latest of them are kept, so that none can come back by chance.
        self._kept: OrderedDict[int, Any] = OrderedDict()

    def again(self, result: Any) -> list[str]:
        """Pointers of the objects in a result that were handed out before."""
        return [path for path, part in mutable_parts(result) if self._is_known(part)]

    def _is_known(self, part: Any) -> bool:
        key = id(part)
        if self._watched.get(key) is part or key in self._kept:
            return True
        try:
            self._watched[key] = part
        except TypeError:
            self._kept[key] = part
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return False
