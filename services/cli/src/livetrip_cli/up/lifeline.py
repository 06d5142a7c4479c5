"""The service as `livetrip up` runs it: it ends when its standard input does, and so with whoever holds the other end, however that ends."""

from __future__ import annotations

import os
import signal
import sys
import threading


def main() -> int:
    """Serve as `livetrip-api` does, until the input ends or a signal comes; the exit code."""
    from livetrip_api.main import main as serve  # noqa: PLC0415 - only this process needs the service

    threading.Thread(target=_wait, daemon=True).start()
    return serve()


def _wait() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    raise SystemExit(main())
