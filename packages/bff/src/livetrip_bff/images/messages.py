"""What is said between the backend and the process that looks into pictures: a head, and then bytes whose lengths it names.

A head is one line of JSON. Both sides are this release, on this machine, over pipes that nobody else has.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO

from livetrip_core import Coordinates, Development, PhotoFormat, PhotoRejected, Rendering

Head = dict[str, Any]


def write(file: BinaryIO, head: Head, contents: Sequence[bytes]) -> None:
    """Send a message. Raises OSError: nobody reads it."""
    file.write(json.dumps(head | {"lengths": [len(content) for content in contents]}).encode() + b"\n")
    file.writelines(contents)
    file.flush()


def read(file: BinaryIO) -> tuple[Head, list[bytes]]:
    """The next message. Raises EOFError: there is none, or not all of it."""
    line = file.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head: Head = json.loads(line)
    contents = [file.read(length) for length in head["lengths"]]
    if [len(content) for content in contents] != head["lengths"]:
        raise EOFError
    return head, contents


def of_development(developed: Development) -> tuple[Head, list[bytes]]:
    """What was made of a picture, as a message."""
    renderings = [developed.original, *developed.thumbnails]
    place = developed.coordinates
    head = {
        "renderings": [[one.format.value, one.width, one.height] for one in renderings],
        "taken_at": developed.taken_at,
        "coordinates": [place.latitude, place.longitude] if place else None,
    }
    return head, [one.content for one in renderings]


def development(head: Head, contents: Sequence[bytes]) -> Development:
    """What a message tells of a picture.

    Raises:
        PhotoRejected: it tells that.
    """
    if "rejected" in head:
        raise PhotoRejected(head["rejected"])
    original, *thumbnails = (
        Rendering(content=content, format=PhotoFormat(kind), width=width, height=height)
        for (kind, width, height), content in zip(head["renderings"], contents, strict=True)
    )
    place = head["coordinates"]
    return Development(
        original=original,
        thumbnails=thumbnails,
        taken_at=head["taken_at"],
        coordinates=Coordinates(latitude=place[0], longitude=place[1]) if place else None,
    )
