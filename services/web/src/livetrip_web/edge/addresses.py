"""Where somebody may be sent: pages of this diary alone."""

from __future__ import annotations

import re
from typing import Final

HOME: Final = "/trips"

# One slash, then a name: `//host` and `/\host` are other hosts to a browser, and control characters are dropped before it looks.
_LOCAL: Final = re.compile(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9_.~%/?&=+-]{0,800})?", re.ASCII)


def local_path(text: str | None, otherwise: str = HOME) -> str:
    """The path, if it is one of this diary; otherwise the other one."""
    return text if text and _LOCAL.fullmatch(text) else otherwise
