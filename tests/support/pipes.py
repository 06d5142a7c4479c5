"""Pipes whose reader has stalled, until a test says so."""

from __future__ import annotations

import fcntl
import os
import threading
from typing import Final, TextIO

SMALLEST_PIPE: Final = 4096
"""Bytes: a page, the least that Linux gives."""


class Pipe:
    """A pipe of one page, and its reader, which reads when a test says so."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        fcntl.fcntl(self.writing, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
        self.stream: TextIO = os.fdopen(self.writing, "w")
        self.read = bytearray()
        self.is_read = False

    def read_on(self) -> None:
        """Read from now on, until the pipe is closed."""
        if not self.is_read:
            self.is_read = True
            threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while data := os.read(self.reading, 65536):
            self.read += data
        os.close(self.reading)

    def lines(self) -> list[str]:
        """What was read so far."""
        return self.read.decode().splitlines()
