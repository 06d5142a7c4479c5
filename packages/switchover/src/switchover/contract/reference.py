"""Where a `$ref` leads: a file beside the contract, and a JSON Pointer into it."""

from __future__ import annotations

import posixpath
import re
from typing import Final
from urllib.parse import unquote

from switchover.contract import pointer

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


class BrokenReference(LookupError):
    """A reference that cannot be followed; the message says why."""

    def __init__(self, reference: str, reason: str) -> None:
        super().__init__(f"refers to {reference!r}, which {reason}")


def target(file: str, reference: str) -> tuple[str, list[str]]:
    """The file (relative to the root file's folder) and the tokens of the pointer that `reference`, written in `file`, means.

    Raises:
        BrokenReference: it is not a relative path with a JSON Pointer.
    """
    address, _, fragment = reference.partition("#")
    if _SCHEME.match(address):
        raise BrokenReference(reference, "is not a file: keep a copy beside the contract, and refer to that")
    if address.startswith("/"):
        raise BrokenReference(reference, "is an absolute path; files are found relative to the one that refers to them")
    try:
        tokens = pointer.split(fragment)
    except ValueError as error:
        raise BrokenReference(reference, str(error)) from error
    if not address:
        return file, tokens
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(address))), tokens
