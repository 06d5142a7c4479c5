"""How one exception class is taken apart for the wire, and put together again."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from switchover.contract import pointer
from switchover.port.problems import BLANK, text_of
from switchover.response_info import is_header_value


class UnusableError(ValueError):
    """An exception that may not cross, or that cannot be put together again; `places` says where and why, and holds no values.

    Attributes:
        places: JSON Pointers into the problem, each with what is wrong there.
    """

    def __init__(self, *places: tuple[str, str]) -> None:
        super().__init__("; ".join(f"#{path} {what}" if path else what for path, what in places))
        self.places: Sequence[tuple[str, str]] = places


@dataclass(frozen=True, eq=False)
class Field:
    """One argument of an exception that travels as a member of the problem, as a response header, or as both.

    Attributes:
        member: name of the member; "" for one that travels as a header alone.
        header: name of the header, in lower case; "" for one that is none.
    """

    argument: str
    member: str
    adapter: TypeAdapter[Any]
    is_required: bool
    header: str = ""


@dataclass(frozen=True, eq=False)
class ErrorForm:
    """How one exception class is taken apart and put together again.

    Attributes:
        detail: the argument that takes the text; None if the text is the only positional argument; "" if there is none.
        needs_text: has that argument no default?
        positional: the arguments that can be given by position, in order.
        unnamed: how many of them can be given in no other way.
        takes_type: whether its constructor takes `problem_type`, the `type` of the problem.
        text_member: the member that carries the text; "" where the contract has none, and it is `detail` if that is allowed.
    """

    cls: type[Exception]
    detail: str | None
    fields: tuple[Field, ...]
    needs_text: bool = False
    positional: tuple[str, ...] = ()
    unnamed: int = 0
    takes_type: bool = False
    text_member: str = "detail"

    def members(self, error: Exception) -> dict[str, Any]:
        """What the problem says besides code and detail.

        Raises:
            UnusableError: the exception does not carry what it was made with.
        """
        found: dict[str, Any] = {}
        for field in self.fields:
            if field.member:
                value = _carried(error, field)
                if value is not None or field.is_required:
                    found[field.member] = value
        return found

    def headers(self, error: BaseException) -> dict[str, str]:
        """The response headers that say what the exception was made with, by name in lower case.

        Raises:
            UnusableError: the exception does not carry what it was made with.
        """
        values = {field.header: _carried(error, field) for field in self.fields if field.header}
        found = {name: _text_of(value) for name, value in values.items() if value is not None}
        for name, text in found.items():
            if not is_header_value(text):
                what = f"{type(error).__name__} has a {name!r} that is not ASCII text without control characters"
                raise UnusableError(("", what))
        return found

    def text(self, error: Exception) -> str:
        """The text that an exception was given.

        Raises:
            UnusableError: it cannot be had.
        """
        try:
            return _text(error, self.detail)
        except Exception as reason:  # `__str__` is the team's code
            what = f"{type(error).__name__} has no text that can be written ({type(reason).__name__})"
            raise UnusableError(("/detail", what)) from None

    def build(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> Exception:
        """The exception that a problem stands for.

        Raises:
            UnusableError: the problem lacks what the exception needs.
        """
        try:
            values = {
                field.argument: field.adapter.validate_json(to_json(body[field.member]), by_alias=True, by_name=False)
                for field in self.fields
                if field.member and (field.is_required or field.member in body)
            }
            for field in self.fields:
                if not field.member and field.header in headers:
                    # A gateway may write its own: `Retry-After` may be a date (RFC 9110, section 10.2.3). It counts as not there.
                    with contextlib.suppress(ValidationError):
                        values[field.argument] = field.adapter.validate_strings(headers[field.header])
            if self.takes_type and text_of(body, "type") not in ("", BLANK):
                values["problem_type"] = text_of(body, "type")
            return self._made(text_of(body, self.text_member or "detail") or text_of(body, "detail"), values)
        except Exception as reason:  # constructors are the team's code, and may raise anything
            what = f"{self.cls.__name__} cannot be made of the answer ({type(reason).__name__})"
            raise UnusableError(("", what)) from None

    def _made(self, text: str, values: dict[str, Any]) -> Exception:
        if text and (silent := self._without_text(text, values)) is not None:
            return silent
        if self.detail is None:
            return self.cls(text, **values) if text else self.cls(**values)
        if self.detail and (text or self.needs_text):
            values[self.detail] = text
        return self._as_raised(text, values, list(takewhile(values.__contains__, self.positional)))

    def _without_text(self, text: str, values: Mapping[str, Any]) -> Exception | None:
        """The exception made without its text, if its class says that text itself; None otherwise."""
        if self.detail == "" or self.needs_text or not _says_itself(self.cls):
            return None
        try:
            made = self._as_raised(text, values, list(takewhile(values.__contains__, self.positional)))
            return made if _text(made, self.detail) == text else None
        except Exception:  # a constructor may need a text, whatever its signature says
            return None

    def _as_raised(self, text: str, values: Mapping[str, Any], given: Sequence[str]) -> Exception:
        """An exception keeps in `args` what it was given by position, whatever its constructor does, and makes its text of that. So the
        text that arrived tells how many arguments were given so: all of them as a rule.
        """
        fewest = min(self.unnamed, len(given))
        ways = (self._by_position(values, given[:count]) for count in range(len(given), fewest - 1, -1))
        first = next(ways)
        if _text(first, self.detail) == text:
            return first
        return next((made for made in ways if _text(made, self.detail) == text), first)

    def _by_position(self, values: Mapping[str, Any], names: Sequence[str]) -> Exception:
        rest = {name: value for name, value in values.items() if name not in names}
        return self.cls(*(values[name] for name in names), **rest)


def _carried(error: BaseException, field: Field) -> Any:
    """What an exception was made with, as plain JSON.

    Raises:
        UnusableError: it does not carry it.
    """
    try:
        value = getattr(error, field.argument)
        if value is None and not field.is_required:
            return None
        return from_json(field.adapter.dump_json(value, by_alias=True, warnings="error"))
    except Exception as reason:  # attributes are the team's code, and may raise anything
        what = f"{type(error).__name__} has no {field.argument!r} that can be written ({type(reason).__name__})"
        raise UnusableError((pointer.of([field.member]) if field.member else "", what)) from None


def _text_of(plain: Any) -> str:
    """A plain value as the text of a header."""
    return plain if isinstance(plain, str) else to_json(plain).decode()


def class_texts(cls: type[Exception]) -> dict[str, str]:
    """The texts that a class has for all of its instances, such as `message = "Not found"`."""
    found = {name: getattr(cls, name, None) for name in ("detail", "message", "msg")}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _says_itself(cls: type[Exception]) -> bool:
    """Whether instances can have a text that they were not given."""
    return bool(class_texts(cls)) or inspect.isfunction(cls.__str__)


def _text(error: Exception, argument: str | None) -> str:
    """The text of an exception as it was given; `str` of a KeyError would add quotes."""
    given = getattr(error, argument, None) if argument else None
    if isinstance(given, str):
        return given
    if len(error.args) == 1 and isinstance(error.args[0], str):
        return error.args[0]
    detail = getattr(error, "detail", None)
    return detail if isinstance(detail, str) else str(error)
