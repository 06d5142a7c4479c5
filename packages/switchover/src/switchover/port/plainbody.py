"""Bodies that are not JSON: text, and bytes."""

from __future__ import annotations

from typing import Any

from switchover.contract import Media
from switchover.errors import InvalidField
from switchover.port.values import UnusableValue


def write_plain_body(media: Media, value: Any, label: str) -> bytes:
    """Text as UTF-8, bytes as they are.

    Raises:
        UnusableValue: the value is neither, or not valid Unicode.
    """
    if media is Media.TEXT and isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise UnusableValue([InvalidField(label, "is not valid Unicode")]) from None
    if media is Media.BINARY and isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise UnusableValue([InvalidField(label, f"is a {type(value).__name__}, and {media.value} is wanted")])


def read_plain_body(media: Media, data: bytes, label: str) -> str | bytes:
    """The text or the bytes.

    Raises:
        UnusableValue: text that is not UTF-8.
    """
    if media is Media.BINARY:
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableValue([InvalidField(label, "is not UTF-8")], is_malformed=True) from None
