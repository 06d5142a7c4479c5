"""The service as `livetrip up` runs it: it ends when its standard input does, and so with whoever holds the other end, however that ends.

It writes a line for each call only where LIVETRIP_LOG_FORMAT asks for them, as the pages beside it do.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def main() -> int:
    """Serve as `livetrip-api` does, until the input ends or a signal comes; the exit code."""
    try:
        from livetrip_api.main import parser, serve  # noqa: PLC0415 - only this process needs the service
    except ModuleNotFoundError as error:
        print(
            f"livetrip up: {error.name} is not installed here; the service needs the package livetrip-api",
            file=sys.stderr,
        )
        return 2
    threading.Thread(target=_wait, daemon=True).start()
    return serve(parser().parse_args(), log_format=None)


def _wait() -> None:
    # Not through `sys.stdin`: a thread that waits there keeps its lock, and the interpreter cannot end.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    raise SystemExit(main())
