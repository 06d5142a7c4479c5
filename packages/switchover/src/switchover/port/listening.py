"""Addresses to listen at, and the sockets behind them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens: host and port, or a Unix socket. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8000
    uds: str | None = None

    @property
    def url(self) -> str:
        """The address for people and for `Port.http`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix:{self.uds}" if self.uds is not None else f"http://{host}:{self.port}"


@contextmanager
def listening(address: Address) -> Iterator[tuple[socket.socket, Address]]:
    """A socket at an address, and the address with the port that was taken.

    A Unix socket may be connected to by its owner alone, and is removed afterwards, unless another process has put its own there.

    Raises:
        OSError: the address is taken, or may not be listened at; it names the address.
    """
    try:
        listener, mark = _bound(address)
    except OSError as error:
        where = address.uds if address.uds is not None else f"{address.host}:{address.port}"
        raise OSError(error.errno, error.strerror or str(error), where) from error
    try:
        port = address.port if address.uds is not None else listener.getsockname()[1]
        yield listener, Address(address.host, port, address.uds)
    finally:
        listener.close()
        if address.uds is not None and _mark(address.uds) == mark:
            Path(address.uds).unlink()


def _bound(address: Address) -> tuple[socket.socket, tuple[int, int] | None]:
    if address.uds is not None:
        family = socket.AF_UNIX
        _remove_stale(address.uds)
    else:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if address.uds is not None:
            listener.bind(address.uds)
            Path(address.uds).chmod(0o600)  # nobody can connect before it listens
            return listener, _mark(address.uds)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address.host, address.port))
    except OverflowError as error:
        listener.close()
        raise OSError(errno.EINVAL, "a port lies between 0 and 65535") from error
    except BaseException:
        listener.close()
        raise
    return listener, None


def _remove_stale(path: str) -> None:
    """A socket that nobody listens at is left over from a process that was killed; one that is answered is not ours to take."""
    if not Path(path).is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink(missing_ok=True)


def _mark(path: str) -> tuple[int, int] | None:
    """What tells a socket file from another of the same name."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
