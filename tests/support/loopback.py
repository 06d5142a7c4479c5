"""An HTTP server on a thread, that answers what a test wants and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class Asked:
    """A request: header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a form, in order."""
        return parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True)


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


def told(value: Any, status: int = 200) -> Told:
    """An answer of JSON."""
    return Told(status, json.dumps(value).encode())


class Loopback:
    """The server.

    Attributes:
        url: where it is.
        asked: what it was asked, in order.
        answer: what it answers.
        arrived: is set once it has been asked.
        gate: answers wait for it; a test may close it.
    """

    def __init__(self, answer: Callable[[Asked], Told]) -> None:
        self.asked: list[Asked] = []
        self.answer = answer
        self.arrived = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nothing listens any more."""
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(WAIT_SECONDS)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, body)
                loopback.asked.append(asked)
                loopback.arrived.set()
                assert loopback.gate.wait(WAIT_SECONDS)
                answer = loopback.answer(asked)
                try:
                    self.send_response(answer.status)
                    for name, value in {**answer.headers, "content-length": str(len(answer.body))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body)
                except ConnectionError:
                    pass  # whoever asked did not wait for it

            do_GET = do_POST = _do  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler


@contextmanager
def loopback(answer: Callable[[Asked], Told]) -> Iterator[Loopback]:
    """A server, for as long as a test needs it."""
    server = Loopback(answer)
    try:
        yield server
    finally:
        server.close()
