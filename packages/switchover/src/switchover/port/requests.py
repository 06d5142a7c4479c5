"""Arguments as requests and back: what the plan of an operation does on either side of the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from switchover.contract import Media, Parameter
from switchover.errors import InvalidField, InvalidRequest, MalformedRequest
from switchover.port import styles
from switchover.port.styles import ABSENT, Fields, UnreadableError, UnwritableError
from switchover.port.values import NotJson, UnusableValue, ValueCodec
from switchover.port.wire import Received, WireRequest

REQUIRED: Final = object()
"""The default of an argument that has none."""


@dataclass(frozen=True, eq=False)
class BoundParameter:
    """A parameter of the contract and the argument it fills.

    Attributes:
        index: of the argument, among those after the caller.
        default: what the argument is when the parameter is not there, or REQUIRED.
        segment: index of the path segment, for parameters of the path.
    """

    parameter: Parameter
    index: int
    codec: ValueCodec
    default: Any
    segment: int = -1

    def text_or_absent(self, value: Any) -> Any:
        """The value as plain JSON, or ABSENT where it is not to be sent."""
        if value is None and not self.parameter.is_required:
            return ABSENT
        return self.codec.plain(value)

    def value(self, plain: Any) -> Any:
        """The argument that plain JSON, or nothing, stands for.

        Raises:
            UnusableValue: it breaks the contract.
            UnreadableError: it is not there, and has to be.
        """
        if plain is not ABSENT:
            return self.codec.read_plain(plain)
        if self.default is REQUIRED or self.parameter.is_required:
            raise UnreadableError("is required")
        return self.default


@dataclass(frozen=True, eq=False)
class BoundBody:
    """A request body and the arguments it is made of.

    Attributes:
        index: of the one argument that is the whole body; -1 if it is spread over several.
        members: index and wire name of each argument that is a member of the body.
        codec: for JSON; None for text and bytes.
        default: what the argument is when there is no body, or REQUIRED.
        defaults: what each member's argument is when the member is not there, or REQUIRED.
    """

    media: Media
    media_type: str
    codec: ValueCodec | None
    index: int = -1
    members: tuple[tuple[int, str], ...] = ()
    default: Any = REQUIRED
    defaults: tuple[Any, ...] = ()


class RequestCodec:
    """Writes the arguments of one operation into a request, and reads them out of one."""

    def __init__(
        self, method: str, path: str, arity: int, parameters: Sequence[BoundParameter], body: BoundBody | None
    ) -> None:
        self.method = method
        self.arity = arity
        self.parameters = tuple(parameters)
        self.body = body
        self._pieces = path.split("/")[1:]
        self._path = [bound for bound in parameters if bound.parameter.place == "path"]
        self._query = [bound for bound in parameters if bound.parameter.place == "query"]
        self._headers = [bound for bound in parameters if bound.parameter.place == "header"]
        self._cookies = [bound for bound in parameters if bound.parameter.place == "cookie"]
        self._readers = [(bound, _reader(bound)) for bound in parameters]

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, arguments: Sequence[Any]) -> WireRequest:
        """The request for these arguments (those after the caller, in order).

        Raises:
            InvalidRequest: an argument cannot be sent.
        """
        errors: list[InvalidField] = []
        request = WireRequest(self.method, self._write_path(arguments, errors))
        pairs: list[str] = []
        for bound in self._query:
            pairs += self._written(bound, arguments, styles.write_query, errors, [])
        if pairs:
            request.target += "?" + "&".join(pairs)
        for bound in self._headers:
            text = self._written(bound, arguments, styles.write_header, errors, None)
            if text is not None:
                request.headers.append((bound.parameter.name, text))
        cookies = [
            pair for bound in self._cookies for pair in self._written(bound, arguments, styles.write_cookie, errors, [])
        ]
        if cookies:
            request.headers.append(("cookie", "; ".join(cookies)))
        if self.body is not None:
            self._write_body(self.body, arguments, request, errors)
        if errors:
            raise InvalidRequest(errors=errors)
        return request

    def _write_path(self, arguments: Sequence[Any], errors: list[InvalidField]) -> str:
        pieces = list(self._pieces)
        for bound in self._path:
            pieces[bound.segment] = self._written(bound, arguments, styles.write_path, errors, "")
        return "/" + "/".join(pieces)

    def _written(
        self,
        bound: BoundParameter,
        arguments: Sequence[Any],
        write: Callable[[Parameter, Any], Any],
        errors: list[InvalidField],
        nothing: Any,
    ) -> Any:
        try:
            plain = bound.text_or_absent(arguments[bound.index])
            return nothing if plain is ABSENT else write(bound.parameter, plain)
        except UnusableValue as error:
            errors += error.errors
        except UnwritableError as error:
            errors.append(InvalidField(bound.parameter.label, str(error)))
        return nothing

    def _write_body(
        self, body: BoundBody, arguments: Sequence[Any], request: WireRequest, errors: list[InvalidField]
    ) -> None:
        value = self._body_value(body, arguments)
        if body.index >= 0 and value is None and body.default is not REQUIRED:
            return
        try:
            request.body = _write_content(body, value)
            request.headers.append(("content-type", body.media_type))
        except UnusableValue as error:
            errors += error.errors

    def _body_value(self, body: BoundBody, arguments: Sequence[Any]) -> Any:
        if body.index >= 0:
            return arguments[body.index]
        return {name: arguments[index] for index, name in body.members}

    # -- reading ------------------------------------------------------------------------------------------------------

    def read(self, received: Received) -> list[Any]:
        """The arguments in a request.

        Raises:
            MalformedRequest: the body is not JSON.
            InvalidRequest: parameters or body break the contract, with everything that is wrong.
        """
        arguments: list[Any] = [None] * self.arity
        errors: list[InvalidField] = []
        view = _View(received)
        for bound, read in self._readers:
            try:
                arguments[bound.index] = bound.value(read(view))
            except UnusableValue as error:
                errors += error.errors
            except UnreadableError as error:
                errors.append(InvalidField(bound.parameter.label, str(error)))
        if self.body is not None:
            self._read_body(self.body, received.body, arguments, errors)
        if errors:
            raise InvalidRequest(errors=errors)
        return arguments

    def _read_body(self, body: BoundBody, data: bytes, arguments: list[Any], errors: list[InvalidField]) -> None:
        if not data and body.media is Media.JSON:
            if body.index >= 0 and body.default is not REQUIRED:
                arguments[body.index] = body.default
                return
            errors.append(InvalidField("body", "is required"))
            return
        try:
            value = _read_content(body, data)
        except NotJson as error:
            raise MalformedRequest("The body is not JSON.") from error
        except UnusableValue as error:
            errors += error.errors
            return
        if body.index >= 0:
            arguments[body.index] = value
            return
        for (index, name), default in zip(body.members, body.defaults, strict=True):
            arguments[index] = value.get(name, default)


def _write_content(body: BoundBody, value: Any) -> bytes:
    if body.codec is not None:
        return body.codec.write(value)
    if body.media is Media.TEXT and isinstance(value, str):
        return _encoded(value)
    if body.media is Media.BINARY and isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise UnusableValue([InvalidField("body", f"is a {type(value).__name__}, and {body.media.value} is wanted")])


def _encoded(value: str) -> bytes:
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UnusableValue([InvalidField("body", "is not valid Unicode")]) from error


def _read_content(body: BoundBody, data: bytes) -> Any:
    if body.codec is not None:
        return body.codec.read(data)
    if body.media is Media.BINARY:
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnusableValue([InvalidField("body", "is not UTF-8")]) from error


class _View:
    """A request as its parameters are read from it: query and cookies are taken apart once, when first asked for."""

    __slots__ = ("_cookies", "_query", "received")

    def __init__(self, received: Received) -> None:
        self.received = received
        self._query: tuple[Fields, Fields] | None = None
        self._cookies: Fields | None = None

    @property
    def query(self) -> tuple[Fields, Fields]:
        """The fields of the query, percent-decoded and raw, by decoded name."""
        if self._query is None:
            self._query = _query_fields(self.received.query)
        return self._query

    @property
    def cookies(self) -> Fields:
        """The cookies."""
        if self._cookies is None:
            self._cookies = _cookie_fields(self.received.header(b"cookie") or "")
        return self._cookies


def _reader(bound: BoundParameter) -> Callable[[_View], Any]:
    """How one parameter is read; ABSENT where it is not there."""
    parameter, segment = bound.parameter, bound.segment
    match parameter.place:
        case "path":
            return lambda view: styles.read_path(parameter, view.received.segments[segment])
        case "query":
            return lambda view: styles.read_query(parameter, *view.query)
        case "cookie":
            return lambda view: styles.read_cookie(parameter, view.cookies)
    name = parameter.name.lower().encode()

    def read_header(view: _View) -> Any:
        text = view.received.header(name)
        return ABSENT if text is None else styles.read_header(parameter, text)

    return read_header


def _query_fields(query: str) -> tuple[Fields, Fields]:
    """The fields of a query, percent-decoded and raw, by decoded name."""
    fields: dict[str, list[str]] = {}
    raw: dict[str, list[str]] = {}
    for pair in query.split("&") if query else ():
        if not pair:
            continue
        name, _, value = pair.partition("=")
        key = styles.unquote_strict(name.replace("+", " "))
        fields.setdefault(key, []).append(styles.unquote_strict(value.replace("+", " ")))
        raw.setdefault(key, []).append(value)
    return fields, raw


def _cookie_fields(header: str) -> Fields:
    """The cookies of a request (RFC 6265, section 4.2.1)."""
    fields: dict[str, list[str]] = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            fields.setdefault(name, []).append(value.strip('"'))
    return fields
