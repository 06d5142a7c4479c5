"""The process that looks into pictures, one after the other: `python -m livetrip_bff.images.worker`, told what to do on its standard input.

It stands back for everything else on the machine, and ends when nobody can tell it anything any more.
"""

from __future__ import annotations

import math
import os
import sys
import time
from typing import BinaryIO, Final

from livetrip_bff.images import messages
from livetrip_bff.images.developing import develop
from livetrip_core import PhotoFormat, PhotoRejected

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

NICENESS: Final = 10
"""How far it stands back where there are too few cores, on systems that know of this."""


def main() -> None:
    """Work until the input ends."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        work(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:  # whoever asked has ended; what is still in the buffer is for nobody
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def work(told: BinaryIO, telling: BinaryIO) -> None:
    """Answer messages until there are none. Raises BrokenPipeError: nobody reads the answer."""
    while True:
        try:
            head, (content,) = messages.read(told)
        except EOFError:
            return
        _limit(head["seconds"])
        messages.write(telling, *_answer(head, content))


def _limit(seconds: int) -> None:
    """From now, the system ends this process after so much of a processor's time (getrlimit(2)), and leaves no picture in a core file."""
    if resource is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    end = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end if most == resource.RLIM_INFINITY else min(end, most), most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(head: messages.Head, content: bytes) -> tuple[messages.Head, list[bytes]]:
    try:
        return messages.of_development(develop(content, PhotoFormat(head["kind"]), head["max_pixels"]))
    except PhotoRejected as error:
        return {"rejected": error.reason}, []


if __name__ == "__main__":
    main()
