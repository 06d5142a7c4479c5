"""An operation as the contract describes it: what goes in, what comes out, what may go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final, Literal

from switchover.contract.node import Node
from switchover.contract.personal import Personal
from switchover.contract.shapes.shape import Shape

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, section 9.2.1)."""

ParameterPlace = Literal["path", "query", "header", "cookie"]
FailureForm = Literal["problem", "object", "value", "text"]


class Style(Enum):
    """How a parameter is written (OpenAPI 3.1, section 4.8.12.2.1)."""

    SIMPLE = "simple"
    LABEL = "label"
    MATRIX = "matrix"
    FORM = "form"
    SPACE = "spaceDelimited"
    PIPE = "pipeDelimited"
    DEEP = "deepObject"
    JSON = "content"
    """Not a style of its own: the parameter is one JSON text (`content: application/json`)."""


class Media(Enum):
    """How a body is read and written."""

    JSON = "json"
    TEXT = "text"
    BINARY = "binary"
    FORM = "form"
    MULTIPART = "multipart"


@dataclass(frozen=True, eq=False)
class Parameter:
    """One parameter: `name` as it is written on the wire, `place` where.

    Attributes:
        is_marked: does it say itself that it is personal (`x-pii`), whatever its schema says?
    """

    name: str
    place: ParameterPlace
    is_required: bool
    style: Style
    explode: bool
    schema: Node
    shape: Shape
    is_marked: bool = False

    @property
    def label(self) -> str:
        """How messages call it: `query.limit`."""
        return f"{self.place}.{self.name}"

    @cached_property
    def personal(self) -> Personal:
        """What of it is personal."""
        return Personal(self.schema, whole=self.is_marked)


@dataclass(frozen=True, eq=False)
class FormField:
    """A member of a form: written like a parameter of a query, or a file.

    Attributes:
        media_type: of a file, where the contract says one.
    """

    parameter: Parameter
    is_file: bool = False
    media_type: str = ""

    @property
    def name(self) -> str:
        """The name of the member."""
        return self.parameter.name

    @property
    def is_list(self) -> bool:
        """Are there several files?"""
        return self.parameter.shape.kinds == {"array"}


@dataclass(frozen=True, eq=False)
class Content:
    """A body in one media type.

    Attributes:
        shape: of the value; a form has texts in it where its files are.
        fields: the members of a form.
    """

    media_type: str
    media: Media
    schema: Node
    shape: Shape
    fields: tuple[FormField, ...] = ()

    @property
    def has_files(self) -> bool:
        """Is it a form with files?"""
        return any(field.is_file for field in self.fields)

    @cached_property
    def personal(self) -> Personal:
        """What of it is personal."""
        return Personal(self.schema)


@dataclass(frozen=True, eq=False)
class RequestBody:
    """The body of a request."""

    is_required: bool
    content: Content


@dataclass(frozen=True, eq=False)
class Answer:
    """A success: its status (`200`) or range of them (`2XX`, then `status` is the first), and its body if it has one.

    Attributes:
        headers: names of the response headers that it declares and a backend may set, in lower case.
        required_headers: names of those that a backend must set, in lower case.
    """

    status: int
    is_range: bool
    content: Content | None
    node: Node
    headers: frozenset[str] = frozenset()
    required_headers: frozenset[str] = frozenset()

    def covers(self, status: int) -> bool:
        """Is this the answer for `status`?"""
        return status // 100 == self.status // 100 if self.is_range else status == self.status


@dataclass(frozen=True, eq=False)
class Failure:
    """A documented failure: status (or None for `default`, or the first of a range), code, and what else it tells.

    A contract that documents no codes is met by its status: the code is then `http_404`.

    Attributes:
        needs_detail: does the contract want the text even where there is none to give?
        schema: of the whole problem; None where the contract describes no object.
        shape: of the problem with this code.
        headers: names of the response headers that it declares and a backend may set, in lower case.
        type: the one problem type (RFC 9457, section 3.1.1) that the contract allows; None where it leaves it open.
        title: the one title that it allows; None where it leaves it open.
        form: what carries it: `problem` details (RFC 9457), another `object`, a JSON `value` that is no object, or `text`.
        text: the member that carries the text for people; "" where the contract has none.
        own: members that every problem has, where they mean here what the contract says; they are among `members`.
        filled: members that the kit can fill in where nothing else does.
    """

    status: int | None
    is_range: bool
    code: str
    is_coded: bool
    members: Mapping[str, Shape]
    required: frozenset[str]
    needs_detail: bool
    media_type: str
    schema: Node | None
    shape: Shape
    node: Node
    headers: frozenset[str] = frozenset()
    type: str | None = None
    title: str | None = None
    form: FailureForm = "problem"
    text: str = "detail"
    own: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()

    @cached_property
    def personal(self) -> Personal | None:
        """What of the problem is personal; None where the contract describes no object."""
        return Personal(self.schema) if self.schema is not None else None

    def covers(self, status: int) -> bool:
        """May this failure be carried by `status`?"""
        if self.status is None:
            return True
        return status // 100 == self.status // 100 if self.is_range else status == self.status


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a contract.

    Attributes:
        id: `operationId`, as written.
        path: template below the server's base path, `/trips/{tripId}`.
        parameters: in the order of the document, those of the path first.
        needs_caller: does every way to call it need credentials?
        names_caller: do they say for whom the service acts (`x-switchover-caller`)?
    """

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: RequestBody | None
    answers: tuple[Answer, ...]
    failures: tuple[Failure, ...]
    needs_caller: bool
    names_caller: bool
    is_deprecated: bool
    tags: tuple[str, ...]
    node: Node

    @property
    def is_safe(self) -> bool:
        """Does it change nothing, so that it may be repeated at will (RFC 9110, section 9.2.1)?"""
        return self.method in SAFE_METHODS

    def __str__(self) -> str:
        return f"{self.id} ({self.method} {self.path})"
