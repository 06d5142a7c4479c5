"""Arguments as requests and back: what the plan of an operation does on either side of the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from switchover.contract import Media, Parameter
from switchover.contract.media import sent_as
from switchover.errors import InvalidField, InvalidRequest, MalformedRequest
from switchover.port import styles
from switchover.port.forms import FormCodec
from switchover.port.plainbody import read_plain_body, write_plain_body
from switchover.port.received import View, reader
from switchover.port.refusing import Refusals
from switchover.port.styles import ABSENT, UnreadableError, UnwritableError
from switchover.port.values import NotJson, UnusableValue, ValueCodec
from switchover.port.wire import Received, WireRequest

_UNREADABLE_QUERY: Final = InvalidField("query", "is not percent-encoded UTF-8")

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

    def sent(self, value: Any) -> Any:
        """The value as plain JSON, or ABSENT where leaving it out says it.

        Raises:
            UnusableValue: it is not of the annotated type.
        """
        if value is None and self.default is None:
            return ABSENT
        return self.codec.plain(value)

    def value(self, plain: Any) -> Any:
        """The argument that plain JSON, or nothing, stands for.

        Raises:
            UnusableValue: it breaks the contract.
            UnreadableError: it is not there, and has to be.
        """
        if plain is not ABSENT:
            return self.codec.read_parameter(plain)
        if self.default is REQUIRED:
            raise UnreadableError("is required")
        return self.default

    def may_be_left_out(self, plain: Any) -> bool:
        """Is the argument this value when the parameter is not there?"""
        return self.default is not REQUIRED and self.default is not None and self.codec.plain(self.default) == plain


@dataclass(frozen=True, eq=False)
class BoundBody:
    """A request body and the arguments it is made of.

    Attributes:
        index: of the one argument that is the whole body; -1 if it is spread over several.
        members: index and wire name of each argument that is a member of the body.
        codec: for JSON; None for text and bytes.
        default: what the argument is when there is no body, or REQUIRED.
        defaults: what each member's argument is when the member is not there, or REQUIRED.
        may_be_left_out: is a request without a body one in which every member is left out?
        form: for forms, which are JSON values to the codec.
    """

    media: Media
    media_type: str
    codec: ValueCodec | None
    index: int = -1
    members: tuple[tuple[int, str], ...] = ()
    default: Any = REQUIRED
    defaults: tuple[Any, ...] = ()
    may_be_left_out: bool = False
    form: FormCodec | None = None


class RequestCodec:
    """Writes the arguments of one operation into a request, and reads them out of one."""

    def __init__(
        self,
        method: str,
        path: str,
        arity: int,
        parameters: Sequence[BoundParameter],
        body: BoundBody | None,
        refusals: Refusals,
    ) -> None:
        self.method = method
        self.refusals = refusals
        self.arity = arity
        self.parameters = tuple(parameters)
        self.body = body
        self._pieces = path.split("/")[1:]
        self._path = [bound for bound in parameters if bound.parameter.place == "path"]
        self._query = [bound for bound in parameters if bound.parameter.place == "query"]
        self._headers = [bound for bound in parameters if bound.parameter.place == "header"]
        self._cookies = [bound for bound in parameters if bound.parameter.place == "cookie"]
        self._readers = [(bound, reader(bound.parameter, bound.segment)) for bound in parameters]

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
            pairs += self._written(bound, arguments, _query_pairs, errors, [])
        if pairs:
            request.target += "?" + "&".join(pairs)
        for bound in self._headers:
            text = self._written(bound, arguments, _header, errors, None)
            if text is not None:
                request.headers.append((bound.parameter.name, text))
        cookies = [pair for bound in self._cookies for pair in self._written(bound, arguments, _cookies, errors, [])]
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
            pieces[bound.segment] = self._written(bound, arguments, _segment, errors, "")
        return "/" + "/".join(pieces)

    def _written(
        self,
        bound: BoundParameter,
        arguments: Sequence[Any],
        write: Callable[[BoundParameter, Any], Any],
        errors: list[InvalidField],
        nothing: Any,
    ) -> Any:
        try:
            plain = bound.sent(arguments[bound.index])
            return nothing if plain is ABSENT else write(bound, plain)
        except UnusableValue as error:
            errors += error.errors
        except UnwritableError as error:
            errors.append(InvalidField(bound.parameter.label, str(error)))
        return nothing

    def _write_body(
        self, body: BoundBody, arguments: Sequence[Any], request: WireRequest, errors: list[InvalidField]
    ) -> None:
        if body.index < 0:
            value: Any = {name: arguments[index] for index, name in body.members}
        else:
            value = arguments[body.index]
            if value is None and body.default is None:
                return
        try:
            request.body, content_type = _write_content(body, value)
            request.headers.append(("content-type", sent_as(content_type)))
        except UnusableValue as error:
            errors += error.errors

    # -- reading ------------------------------------------------------------------------------------------------------

    def read(self, received: Received) -> list[Any]:
        """The arguments in a request.

        Raises:
            MalformedRequest: the query is not percent-encoded, or the body is not JSON.
            InvalidRequest: parameters or body break the contract, with everything that is wrong. See `refusing` for its status,
                and for contracts that document the one failure and not the other.
        """
        arguments: list[Any] = [None] * self.arity
        wrong = _Wrong()
        try:
            view = View(received)
            for bound, read in self._readers:
                try:
                    arguments[bound.index] = bound.value(read(view))
                except UnusableValue as error:
                    wrong.add(error)
                except UnreadableError as error:
                    wrong.add_malformed(InvalidField(bound.parameter.label, str(error)))
        except MalformedRequest as error:
            raise self.refusals.unreadable.of([_UNREADABLE_QUERY], error.detail) from error
        if self.body is not None:
            self._read_body(self.body, received, arguments, wrong)
        if wrong.errors:
            raise (self.refusals.malformed if wrong.is_malformed else self.refusals.invalid).of(wrong.errors)
        return arguments

    def _read_body(self, body: BoundBody, received: Received, arguments: list[Any], wrong: _Wrong) -> None:
        data = received.body
        if data is None or (not data and body.codec is not None and body.form is None):
            _without_body(body, arguments, wrong)
            return
        try:
            value = _read_content(body, data, received)
        except NotJson as error:
            what = "JSON" if body.form is None else "a form"
            raise self.refusals.unreadable.of(error.errors, f"The body is not {what}.") from None
        except UnusableValue as error:
            wrong.add(error)
            return
        if body.index >= 0:
            arguments[body.index] = value
        else:
            _spread(body, value, arguments)


class _Wrong:
    """What is wrong with a request.

    Attributes:
        is_malformed: whether some of it cannot be read at all, which decides how the request is refused.
    """

    def __init__(self) -> None:
        self.errors: list[InvalidField] = []
        self.is_malformed = False

    def add(self, error: UnusableValue) -> None:
        self.errors += error.errors
        self.is_malformed = self.is_malformed or error.is_malformed

    def add_malformed(self, field: InvalidField) -> None:
        self.errors.append(field)
        self.is_malformed = True


def _without_body(body: BoundBody, arguments: list[Any], wrong: _Wrong) -> None:
    if body.index >= 0 and body.default is not REQUIRED:
        arguments[body.index] = body.default
    elif body.index < 0 and body.may_be_left_out:
        _spread(body, {}, arguments)
    else:
        wrong.add_malformed(InvalidField("body", "is required"))


def _spread(body: BoundBody, value: dict[str, Any], arguments: list[Any]) -> None:
    for (index, name), default in zip(body.members, body.defaults, strict=True):
        arguments[index] = value.get(name, default)


def _write_content(body: BoundBody, value: Any) -> tuple[bytes, str]:
    if body.codec is None:
        return write_plain_body(body.media, value, "body"), body.media_type
    return body.form.write(body.codec, value) if body.form else (body.codec.write(value), body.media_type)


def _read_content(body: BoundBody, data: bytes, received: Received) -> Any:
    if body.codec is None:
        return read_plain_body(body.media, data, "body")
    if body.form is not None:
        return body.form.read(body.codec, data, received.header(b"content-type") or "")
    return body.codec.read(data)


def _segment(bound: BoundParameter, plain: Any) -> str:
    return styles.write_path(bound.parameter, plain)


def _query_pairs(bound: BoundParameter, plain: Any) -> list[str]:
    pairs = styles.write_query(bound.parameter, plain)
    if not pairs and not bound.may_be_left_out(plain):
        raise UnwritableError("is empty, which this style cannot carry")
    return pairs


def _header(bound: BoundParameter, plain: Any) -> str:
    return styles.write_header(bound.parameter, plain)


def _cookies(bound: BoundParameter, plain: Any) -> list[str]:
    return styles.write_cookie(bound.parameter, plain)
