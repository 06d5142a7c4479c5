"""Reports: texts and bytes, asynchronous methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Size:
    bytes: int


class Reports(Protocol):
    async def read_note(self, name: str) -> str: ...

    async def write_note(self, name: str, text: str) -> None: ...

    async def erase_notes(self, name: str, others: list[str] | None = None) -> int: ...

    async def read_image(self, name: str) -> bytes: ...

    async def write_image(self, name: str, image: bytes) -> Size: ...

    async def summarise(self) -> str: ...

    async def comment(self, size: Size | None = None) -> Size | None: ...


class Desk:
    def __init__(self) -> None:
        self.notes: dict[str, str] = {}
        self.images: dict[str, bytes] = {}

    async def read_note(self, name: str) -> str:
        return self.notes[name]

    async def write_note(self, name: str, text: str) -> None:
        self.notes[name] = text

    async def erase_notes(self, name: str, others: list[str] | None = None) -> int:
        return sum(self.notes.pop(note, None) is not None for note in (name, *(others or ())))

    async def read_image(self, name: str) -> bytes:
        return self.images[name]

    async def write_image(self, name: str, image: bytes) -> Size:
        self.images[name] = image
        return Size(len(image))

    async def summarise(self) -> str:
        return "notes,images\r\n" + f"{len(self.notes)},{len(self.images)}\r\n"

    async def comment(self, size: Size | None = None) -> Size | None:
        return None if size is None else Size(size.bytes + 1)
