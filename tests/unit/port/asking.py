"""Requests as an ASGI server hands them over, also those that no client library would send."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from switchover.trust import CALLER_HEADER, Identity, encode_identity
from unit.port.desk import NOTE_ID

JSON = ("content-type", "application/json")
CALLER = (CALLER_HEADER, encode_identity(Identity("aiko", frozenset({"beta"}))))
NOTE = f"/api/notes/{NOTE_ID}"

Header = tuple[str, str]


@dataclass(frozen=True)
class Answered:
    """An answer, whole."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The one header of that name."""
        found = [value for key, value in self.headers if key == name]
        assert len(found) <= 1
        return found[0] if found else None

    @property
    def problem(self) -> dict[str, Any]:
        """Problem details, held to what every problem of the kit's says."""
        found: dict[str, Any] = json.loads(self.body)
        assert self.header("content-type") == "application/problem+json"
        assert self.header("content-length") == str(len(self.body))
        assert found["type"] == "about:blank"
        assert found["status"] == self.status
        assert found["traceId"] == self.header("x-trace-id")
        return found

    @property
    def refusal(self) -> tuple[int, str, str]:
        """Status, code and detail of the problem."""
        return self.status, self.problem["code"], self.problem.get("detail", "")


async def ask(
    app: Any, method: str, target: str, *headers: Header, parts: Sequence[bytes | None] = (b"",), **scope: Any
) -> Answered:
    """One request; `parts` is its body as it comes in, None where the client goes away."""
    path, _, query = target.partition("?")
    whole = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"desk"), *((name.encode(), value.encode("latin-1")) for name, value in headers)],
        "client": None, "server": None, "state": {}, **scope,
    }  # fmt: skip
    incoming = [_message(part, index + 1 < len(parts)) for index, part in enumerate(parts)]
    sent: list[Any] = []

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(whole, receive, send)
    start, *bodies = sent
    assert not bodies[-1].get("more_body", False)
    return Answered(
        start["status"],
        [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]],
        b"".join(message.get("body", b"") for message in bodies),
    )


def _message(part: bytes | None, more: bool) -> dict[str, Any]:
    if part is None:
        return {"type": "http.disconnect"}
    return {"type": "http.request", "body": part, "more_body": more}
