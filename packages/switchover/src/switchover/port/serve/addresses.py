"""Which operation an address means, found in a table.

Litestar's router costs as much as the rest of a call. So the addresses of the contract are looked up here first, concrete ones before
templated ones (OpenAPI 3.1, section 4.8.8.1); everything else goes on to Litestar's routes, which are the same and answer the same:
addresses that are spelled otherwise, unknown ones, methods that an address does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from switchover.extras import extra
from switchover.port.serve.reply import Header
from switchover.port.serve.route import Answering, send_reply

with extra("serve"):
    from litestar.types import ASGIApp

_Candidate = tuple[list[bool], tuple[tuple[int, str], ...], Mapping[str, Answering]]
"""Which pieces are templated, the others with their places, and the answers."""


class Addresses:
    """An ASGI application that answers at the addresses it knows, and hands everything else on. `mark` is a header of its answers."""

    def __init__(self, paths: Mapping[str, Mapping[str, Answering]], rest: ASGIApp, mark: Header) -> None:
        self._rest, self._mark = rest, mark
        self._by_length: dict[int, list[_Candidate]] = {}
        for path, answers in paths.items():
            pieces = path.split("/")
            fixed = tuple((index, piece) for index, piece in enumerate(pieces) if not piece.startswith("{"))
            templated = [piece.startswith("{") for piece in pieces]
            self._by_length.setdefault(len(pieces), []).append((templated, fixed, answers))
        for candidates in self._by_length.values():
            candidates.sort(key=lambda candidate: candidate[0])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """See ASGI."""
        answering = self._find(scope) if scope["type"] == "http" and not scope.get("root_path") else None
        if answering is None:
            await self._rest(scope, receive, send)
        else:
            await send_reply(await answering(scope, receive), send, self._mark)

    def _find(self, scope: Any) -> Answering | None:
        pieces = scope["path"].split("/")
        for _, fixed, answers in self._by_length.get(len(pieces), ()):
            for index, piece in fixed:
                if pieces[index] != piece:
                    break
            else:
                # An empty piece is another spelling of some other address.
                return answers.get(scope["method"]) if "" not in pieces[1:] else None
        return None
