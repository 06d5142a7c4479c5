"""The development sign-in: whoever opens the page is who they say. `WebSettings` lets it exist on this machine alone."""

from __future__ import annotations

import re
from typing import Final

from livetrip_contract import Caller
from livetrip_web.forms.form import Form

LONGEST_NAME: Final = 60
MAX_GROUPS: Final = 20

_COMMAS: Final = re.compile(r"[,、，]")


class DevSignIn:
    """Takes people at their word."""

    def identify(self, form: Form) -> tuple[str, tuple[str, ...]] | None:
        """User id and groups; None if they are no names."""
        name = form.get("name", "").strip()
        groups = tuple(part.strip() for part in _COMMAS.split(form.get("groups", "")) if part.strip())
        if len(name) > LONGEST_NAME or len(groups) > MAX_GROUPS or any(len(group) > LONGEST_NAME for group in groups):
            return None
        try:
            caller = Caller(name, frozenset(groups))
        except ValueError:
            return None
        return caller.user_id, groups
