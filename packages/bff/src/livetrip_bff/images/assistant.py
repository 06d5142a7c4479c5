"""A process that looks into pictures, as the backend sees it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import BinaryIO, Final, cast

from livetrip_bff.images import messages
from livetrip_core import Development, PhotoFormat, PhotoRejected
from switchover.errors import ServiceUnavailable

COMMAND: Final = (sys.executable, "-P", "-m", "livetrip_bff.images.worker")
"""`-P`: what lies in the working directory is no module."""

_NEEDED: Final = re.compile(
    r"PATH|PYTHON\w*|LANG|LC_\w+|LD_LIBRARY_PATH|DYLD_\w+|TMPDIR|TEMP|TMP|SYSTEMROOT|VIRTUAL_ENV",
    re.ASCII | re.IGNORECASE,
)
"""Variables of the environment that an interpreter starts by. No other is passed on: decoders read what strangers send, and need no keys."""


PROCESSOR_SECONDS: Final = 60
"""How much of a processor's time a picture may cost: 60 megapixels as PNG cost 16. A JPEG can have a million scans of some milliseconds each."""

_SPENT: Final = -signal.SIGXCPU if hasattr(signal, "SIGXCPU") else None


class Assistant:
    """Starts its process with the first picture, and another one if that ended. For one thread at a time, apart from `dismiss`.

    Args:
        processor_seconds: that a picture may cost, on systems that know of such a limit.
    """

    def __init__(self, processor_seconds: int = PROCESSOR_SECONDS) -> None:
        self._seconds = processor_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._is_dismissed = False

    @property
    def pid(self) -> int | None:
        """Of its process, if it has one."""
        process = self._process
        return None if process is None else process.pid

    def develop(self, content: bytes, kind: PhotoFormat, max_pixels: int) -> Development:
        """See `ImageProcessor`.

        Raises:
            PhotoRejected: it is none, or costs too much time.
            ServiceUnavailable: the process ended over it: it was told to, or the machine had too little memory.
        """
        process = self._running()
        head = {"kind": kind.value, "max_pixels": max_pixels, "seconds": self._seconds}
        try:
            messages.write(cast("BinaryIO", process.stdin), head, [content])
            answer = messages.read(cast("BinaryIO", process.stdout))
        except (OSError, EOFError, ValueError) as error:
            self._end()
            if process.returncode == _SPENT:
                raise PhotoRejected("not_an_image") from error
            raise ServiceUnavailable("What looks into photos has ended.", retry_after=1) from error
        return messages.development(*answer)

    def dismiss(self) -> None:
        """Give up what it is at, and let nothing else begin."""
        self._is_dismissed, process = True, self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Wait for the end of its process. Nobody may be using it."""
        if self._process is not None:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = _started()
        if self._is_dismissed:  # meanwhile, so that `dismiss` did not see it
            self._process.kill()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:  # what could not be written before is not to be written now
                continue


def _started() -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if _NEEDED.fullmatch(name)}
    # In a session of its own: Ctrl-C, and what else is said to the whole group, is for whoever started it.
    return subprocess.Popen(  # noqa: S603 - ours
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
    )
