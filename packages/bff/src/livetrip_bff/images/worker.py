"""The process that looks into pictures, one after the other: `python -m livetrip_bff.images.worker`, told what to do on its standard input.

It stands back for everything else on the machine, and ends when nobody can tell it anything any more.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import BinaryIO, Final

from livetrip_bff.images import messages
from livetrip_bff.images.developing import develop
from livetrip_core import PhotoFormat, PhotoRejected

NICENESS: Final = 10
"""How far it stands back where there are too few cores, on systems that know of this."""


def main() -> None:
    """Work until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    work(sys.stdin.buffer, sys.stdout.buffer)


def work(told: BinaryIO, telling: BinaryIO) -> None:
    """Answer messages until there are none."""
    while True:
        try:
            head, (content,) = messages.read(told)
        except EOFError:
            return
        try:
            developed = develop(content, PhotoFormat(head["kind"]), head["max_pixels"])
        except PhotoRejected as error:
            messages.write(telling, {"rejected": error.reason}, [])
        else:
            messages.write(telling, *messages.of_development(developed))


if __name__ == "__main__":
    main()
