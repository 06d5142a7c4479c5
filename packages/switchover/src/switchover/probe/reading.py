"""One request and its answer as bytes (HTTP/1.1, RFC 9112), by h11. No I/O happens here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import h11

from switchover.errors import ConnectionLost, UnexpectedAnswer
from switchover.port.wire import WireResponse

MAX_ANSWER_BYTES: Final = 1024 * 1024
"""What of an answer is read at most, headers included."""

MAX_HEAD_BYTES: Final = 64 * 1024

_BEGINNING: Final = b"HTTP/1."


class AnswerReader:
    """Takes an answer in pieces, until it is whole.

    Attributes:
        request: the bytes to send.
    """

    def __init__(self, method: str, target: str, headers: Sequence[tuple[str, str]]) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        sent = h11.Request(method=method, target=target, headers=list(headers))
        self.request: bytes = b"".join(filter(None, map(self._connection.send, (sent, h11.EndOfMessage()))))
        self._beginning = b""
        self._size = 0
        self._head: h11.Response | None = None
        self._body = bytearray()

    def take(self, data: bytes) -> WireResponse | None:
        """The answer, once it is whole; `data` is what was received, b"" where the connection ended.

        Raises:
            UnexpectedAnswer: it is not HTTP/1.1, or larger than MAX_ANSWER_BYTES.
            ConnectionLost: the connection ended before the answer.
        """
        self._size += len(data)
        if self._size > MAX_ANSWER_BYTES:
            raise UnexpectedAnswer(f"The answer is larger than {MAX_ANSWER_BYTES} bytes.")
        if len(self._beginning) < len(_BEGINNING):
            self._beginning = (self._beginning + data)[: len(_BEGINNING)]
            if not _BEGINNING.startswith(self._beginning):
                raise _not_http()
        try:
            self._connection.receive_data(data)
            return self._events()
        except h11.RemoteProtocolError as error:
            # h11 repeats what it was sent, which stays inside.
            if not data:
                raise ConnectionLost("The connection ended before the answer did.") from error
            raise _not_http() from error

    def _events(self) -> WireResponse | None:
        while True:
            event = self._connection.next_event()
            if event is h11.NEED_DATA:
                return None
            if isinstance(event, h11.Response):
                self._head = event
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return self._whole()

    def _whole(self) -> WireResponse:
        assert self._head is not None
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self._head.headers]
        return WireResponse(self._head.status_code, headers, bytes(self._body))


def _not_http() -> UnexpectedAnswer:
    return UnexpectedAnswer("The answer is not HTTP/1.1.")
