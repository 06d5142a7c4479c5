"""Lists that go on."""

from __future__ import annotations

import re
from typing import Final

from livetrip_web.forms.form import UnreadableForm
from livetrip_web.pages.visit import Visit

_CURSOR: Final = re.compile(r"[0-9a-f]{48}", re.ASCII)


def cursor_of(request: Visit, name: str = "cursor") -> str | None:
    """Where the list goes on, if the address says so. `name`: of its part of the address, where a page has several lists.

    Raises:
        UnreadableForm: it is no cursor.
    """
    cursor = request.query_params.get(name)
    if cursor is not None and not _CURSOR.fullmatch(cursor):
        raise UnreadableForm
    return cursor
