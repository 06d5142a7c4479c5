"""Files of a form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

BYTES: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, as a form carries it: an argument of a method whose contract says `multipart/form-data`.

    Attributes:
        content: the bytes.
        name: of the file, as the sender says it; never a path to write to.
        media_type: as the sender says it.
    """

    content: bytes = field(repr=False)
    name: str = "file"
    media_type: str = BYTES
