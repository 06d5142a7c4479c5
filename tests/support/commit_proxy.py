"""A way to a PostgreSQL server on which commits get lost, or their answers do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

Forward = Callable[[], None]


@dataclass
class CommitProxy:
    """Forwards everything, until a client commits: then `on_commit` decides, once.

    Attributes:
        port: on 127.0.0.1.
        on_commit: is called with what forwards the commit to the server. The client is cut off
            before; where it does not call it, the server waits for the commit.
        is_closed: whether new connections are refused.
    """

    folder: Path
    on_commit: Callable[[Forward], None] | None = None
    is_closed: bool = False
    port: int = 0

    @property
    def dsn(self) -> str:
        """As libpq takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres?sslmode=disable&gssencmode=disable"

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            if self.is_closed:
                client.close()
                continue
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(next(self.folder.glob(".s.PGSQL.*[0-9]"))))
            answering = threading.Thread(target=self._answer, args=(client, server), daemon=True)
            answering.start()
            with suppress(OSError):
                self._ask(client, server)
            answering.join()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        while asked := client.recv(65536):
            if b"COMMIT" in asked and self.on_commit is not None:
                decide, self.on_commit = self.on_commit, None
                client.shutdown(socket.SHUT_RDWR)
                decide(lambda: self._end(asked, server))
                return
            server.sendall(asked)
        server.shutdown(socket.SHUT_WR)

    @staticmethod
    def _end(asked: bytes, server: socket.socket) -> None:
        server.sendall(asked)
        server.shutdown(socket.SHUT_WR)

    @staticmethod
    def _answer(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while answer := server.recv(65536):
                with suppress(OSError):
                    client.sendall(answer)
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def commit_proxy(folder: Path) -> Iterator[CommitProxy]:
    """Such a way to the server whose socket lies in a folder."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy = CommitProxy(folder, port=listening.getsockname()[1])
        threading.Thread(target=proxy.serve, args=(listening,), daemon=True).start()
        yield proxy
        listening.shutdown(socket.SHUT_RDWR)
