"""A request as its parameters are read from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from switchover.contract import Parameter, Style
from switchover.errors import MalformedRequest
from switchover.port import styles
from switchover.port.styles import ABSENT, Fields, UnreadableError, unquoted
from switchover.port.wire import Received


class View:
    """A request; query and cookies are taken apart once, when first asked for."""

    __slots__ = ("_cookies", "_query", "received")

    def __init__(self, received: Received) -> None:
        self.received = received
        self._query: tuple[Fields, Fields] | None = None
        self._cookies: Fields | None = None

    @property
    def query(self) -> tuple[Fields, Fields]:
        """The fields of the query, percent-decoded and raw, by decoded name.

        Raises:
            MalformedRequest: it is not percent-encoded UTF-8.
        """
        if self._query is None:
            try:
                self._query = form_fields(self.received.query)
            except UnreadableError as error:
                raise MalformedRequest(f"The query {error}.") from error
        return self._query

    @property
    def cookies(self) -> Fields:
        """The cookies."""
        if self._cookies is None:
            self._cookies = _cookie_fields(self.received.header(b"cookie") or "")
        return self._cookies


def reader(parameter: Parameter, segment: int) -> Callable[[View], Any]:
    """How one parameter is read; ABSENT where it is not there."""
    match parameter.place:
        case "path":
            return _path_reader(parameter, segment)
        case "query":
            return lambda view: styles.read_query(parameter, *view.query)
        case "cookie":
            return lambda view: styles.read_cookie(parameter, view.cookies)
    name = parameter.name.lower().encode()

    def read_header(view: View) -> Any:
        text = view.received.header(name)
        return ABSENT if text is None else styles.read_header(parameter, text)

    return read_header


def _path_reader(parameter: Parameter, segment: int) -> Callable[[View], Any]:
    if parameter.style is Style.SIMPLE and parameter.shape.kinds == {"string"}:
        return lambda view: unquoted(view.received.segments[segment])
    return lambda view: styles.read_path(parameter, view.received.segments[segment])


def form_fields(query: str) -> tuple[Fields, Fields]:
    """The fields of a query or a form, percent-decoded and raw, by decoded name.

    Raises:
        UnreadableError: it is not percent-encoded UTF-8.
    """
    fields: dict[str, list[str]] = {}
    raw: dict[str, list[str]] = {}
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if name or equals:
            key = unquoted(name.replace("+", " "))
            fields.setdefault(key, []).append(unquoted(value.replace("+", " ")))
            raw.setdefault(key, []).append(value)
    return fields, raw


def _cookie_fields(header: str) -> Fields:
    """The cookies of a request (RFC 6265, section 4.2.1)."""
    fields: dict[str, list[str]] = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            is_quoted = len(value) >= 2 and value[0] == value[-1] == '"'
            fields.setdefault(name, []).append(value[1:-1] if is_quoted else value)
    return fields
