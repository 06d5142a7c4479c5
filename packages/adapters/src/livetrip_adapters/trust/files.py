"""Files that hold secrets and keys: mounted into containers, or beside a process."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MAX_BYTES: Final = 64 * 1024


class Unreadable(ValueError):
    """A file cannot be had; the message says why, and nothing of what is in it."""


def read_text(path: str | Path) -> str:
    """The text of a file, without the end of its last line.

    Raises:
        Unreadable: it is not there, may not be read, is empty, long, or no text.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"the file {path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise Unreadable("names what is no path") from None
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file {path} is longer than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Unreadable(f"the file {path} is no text in UTF-8") from None
    if not text.strip():
        raise Unreadable(f"the file {path} is empty")
    return text


def signing_material(text: str) -> str | bytes:
    """A key to sign or verify messages with, as the kit wants it: a PEM as text, anything else as a shared secret."""
    return text if text.lstrip().startswith("-----BEGIN ") else text.encode()
