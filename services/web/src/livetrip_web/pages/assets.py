"""Style, scripts and drawings: a handful of small files, served under the digest of all of them and kept by browsers for good."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import Final

_KINDS: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


class Assets:
    """The files of the folder `static`, read once.

    Attributes:
        digest: changes when any of them does.
    """

    def __init__(self) -> None:
        folder = resources.files("livetrip_web").joinpath("static")
        found = sorted((file.name, file.read_bytes()) for file in folder.iterdir())
        self._files = {name: content for name, content in found if name.rpartition(".")[2] in _KINDS}
        self.digest = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a file is.

        Raises:
            KeyError: there is none.
        """
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self.digest}/{name}"

    def find(self, name: str) -> tuple[bytes, str] | None:
        """A file and its media type."""
        content = self._files.get(name)
        return None if content is None else (content, _KINDS[name.rpartition(".")[2]])
