"""`multipart/form-data` (RFC 7578) as parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from switchover.port.styles import UnreadableError

MOST_PARTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """One part: a text, or a file if it has a file name."""

    name: str
    content: bytes = field(repr=False)
    filename: str = ""
    media_type: str = ""


def write_parts(parts: Iterable[Part], boundary: str) -> bytes:
    """The body; `boundary` must not occur in it."""
    body = bytearray()
    for part in parts:
        head = f'--{boundary}\r\ncontent-disposition: form-data; name="{_escaped(part.name)}"'
        if part.filename:
            head += f'; filename="{_escaped(part.filename)}"'
        if part.media_type:
            head += f"\r\ncontent-type: {_single_line(part.media_type)}"
        body += head.encode("utf-8", "replace") + b"\r\n\r\n" + part.content + b"\r\n"
    return bytes(body + f"--{boundary}--\r\n".encode())


def read_parts(body: bytes, content_type: str) -> list[Part]:
    """The parts of a body.

    Raises:
        UnreadableError: it is not multipart, or has too many parts.
    """
    # Imported where it is used: only services and tests of forms need it.
    from multipart import MultipartError, parse_options_header  # type: ignore[import-untyped]  # noqa: PLC0415

    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary:
        raise UnreadableError("has no boundary in its content type")
    try:
        return list(_parts(body, boundary))
    except (MultipartError, UnicodeDecodeError):
        raise UnreadableError("is not multipart/form-data") from None


def _parts(body: bytes, boundary: str) -> Iterator[Part]:
    from multipart import MultipartSegment, PushMultipartParser  # noqa: PLC0415 - as above

    content = bytearray()
    head: MultipartSegment | None = None
    with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
        for event in [*parser.parse(body), *parser.parse(b"")]:
            if isinstance(event, MultipartSegment):
                head, content = event, bytearray()
            elif event is not None:
                content += event
            elif head is not None:
                media_type = head.header("Content-Type") or ""
                yield Part(head.name or "", bytes(content), head.filename or "", media_type)


def _escaped(text: str) -> str:
    """A name in quotes, as browsers write it (WHATWG HTML, section 4.10.21.8)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _single_line(text: str) -> str:
    return " ".join(text.split())
