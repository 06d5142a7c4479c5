"""Streams that a test looks into, and lines as it reads them."""

from __future__ import annotations

import io
import json
from typing import Any

from switchover.telemetry.background import drain


class Pieces(io.StringIO):
    """Keeps what each `write` was given."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return super().write(text)


class Broken(io.StringIO):
    """Takes nothing while it is broken."""

    is_broken = True

    def write(self, text: str) -> int:
        if self.is_broken:
            raise OSError(28, "No space left on device")
        return super().write(text)


def lines_in(stream: io.StringIO) -> list[dict[str, Any]]:
    """Every line, read as JSON, once all that was queued is written."""
    assert drain(20)
    return [json.loads(line) for line in stream.getvalue().splitlines()]
