"""From an OpenAPI document to operations: everything that cannot be honoured is named, nothing is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from switchover.contract.document import Document, Node
from switchover.contract.findings import Notes
from switchover.contract.grammar import METHODS
from switchover.contract.model import Answer, Operation
from switchover.contract.naming import plain, snake
from switchover.contract.operations.bodies import BodyReader
from switchover.contract.operations.failures import FailureReader
from switchover.contract.operations.headers import OWN_HEADERS, settable_headers
from switchover.contract.operations.parameters import ParameterReader
from switchover.contract.operations.security import needs_caller
from switchover.contract.operations.servers import base_path
from switchover.contract.schemas.inspector import SchemaInspector
from switchover.contract.shapes.shape import Shape
from switchover.contract.shapes.shaping import reader

__all__ = ["OperationReader", "base_path"]

_STATUS: Final = re.compile(r"[1-5](\d\d|XX)")
_SEGMENT: Final = re.compile(r"\{[^{}]+\}|[A-Za-z0-9._~!$&'()*+,;=:@-]*")
_BESIDE_REFERENCE: Final = frozenset({"parameters", "servers", *METHODS})


class OperationReader:
    """Reads the operations of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.shape: Callable[[Node], Shape] = reader()
        inspector = SchemaInspector()
        self._parameters = ParameterReader(self.shape, inspector)
        self._bodies = BodyReader(self.shape, inspector)
        self._failures = FailureReader(self.shape, inspector)

    def read(self) -> Iterator[tuple[Operation, Notes]]:
        """Every operation with what was found in it, in the order of the document."""
        names: dict[str, Operation] = {}
        addresses: dict[tuple[str, str], Operation] = {}
        paths = self.document.root.get("paths")
        for path in paths.value if paths is not None else ():
            if paths is None or path.startswith("x-"):
                continue
            item = paths.at(path).resolved()
            for method in METHODS:
                node = item.get(method)
                if node is not None:
                    notes = Notes()
                    _check_item(paths.at(path), notes)
                    operation = self._operation(path, item, method, node, notes)
                    _check_first(operation, names.setdefault(plain(operation.id), operation), "operationId", notes)
                    _check_first(operation, addresses.setdefault(_address(operation), operation), "address", notes)
                    yield operation, notes

    def _operation(self, path: str, item: Node, method: str, node: Node, notes: Notes) -> Operation:
        _check_path(path, item, notes)
        _check_unsupported(item, node, method, notes)
        operation_id = node.value.get("operationId")
        if (problem := _id_problem(operation_id)) is not None:
            operation_id = f"{method}{path}"
            notes.error(node, f"{problem}; it names the method that answers")
        return Operation(
            id=operation_id,
            method=method.upper(),
            path=path,
            summary=_text(node, "summary"),
            description=_text(node, "description"),
            parameters=self._parameters.read(path, (item, node), notes),
            body=self._bodies.request(node, method, notes),
            answers=tuple(self._answers(node, method, notes)),
            failures=tuple(self._failures.read(node, notes)),
            needs_caller=needs_caller(self.document.root, node, notes),
            is_deprecated=node.value.get("deprecated") is True,
            tags=tuple(tag for tag in _list(node.value.get("tags")) if isinstance(tag, str)),
            node=node,
        )

    def _answers(self, operation: Node, method: str, notes: Notes) -> Iterator[Answer]:
        responses = operation.get("responses")
        found = False
        for status, node in responses.entries() if responses is not None else ():
            if status == "default" or status.startswith("x-"):
                continue
            if not _STATUS.fullmatch(status):
                notes.error(node, f"is the response for {status!r}; a status is three digits, 2XX or default")
            elif status[0] in "13":
                notes.error(node, f"answers {status}; a call ends with a result (2xx) or a failure (4xx, 5xx)")
            elif status[0] == "2":
                found = True
                yield self._answer(status, method, node, notes)
        if not found:
            notes.error(operation, "documents no success; add a response for 200, 201 or 204")

    def _answer(self, status: str, method: str, node: Node, notes: Notes) -> Answer:
        headers = node.get("headers")
        for name, header in headers.entries() if headers is not None else ():
            if name.lower() not in OWN_HEADERS and header.value.get("required") is True:
                notes.error(
                    header,
                    f"is the header {name} of an answer, and is required; a backend sets headers if it likes, "
                    "so take `required` away",
                )
        content = self._bodies.response(status, method, node, notes)
        is_range = status.endswith("XX")
        number = int(status[0]) * 100 if is_range else int(status)
        return Answer(number, is_range, content, node, settable_headers(node))


def _id_problem(operation_id: Any) -> str | None:
    """Why no public method can be called after an operation."""
    if operation_id is None:
        return "has no `operationId`"
    if not isinstance(operation_id, str) or not plain(operation_id):
        return f"has the `operationId` {operation_id!r}, which is no name"
    if snake(operation_id).startswith("_"):
        return f"has the `operationId` {operation_id!r}, which does not start with a letter, as a name in Python does"
    return None


def _check_item(place: Node, notes: Notes) -> None:
    """OpenAPI leaves open what stands beside the `$ref` of a path."""
    beside = sorted(_BESIDE_REFERENCE & set(place.value)) if "$ref" in place.value else []
    if beside:
        notes.error(place, f"has {', '.join(beside)} beside `$ref`, which may mean either; move them to where it leads")


def _check_first(operation: Operation, first: Operation, what: str, notes: Notes) -> None:
    if first is not operation:
        notes.error(operation.node, f"has the {what} of {first} at {first.node.where}")


def _address(operation: Operation) -> tuple[str, str]:
    """Paths that differ only in the names of their parameters, or in a slash at the end, are one."""
    pieces = ["{}" if piece.startswith("{") else piece for piece in operation.path.split("/") if piece]
    return operation.method, "/".join(pieces)


def _check_path(path: str, node: Node, notes: Notes) -> None:
    if not path.startswith("/"):
        notes.error(node, f"is the path {path!r}; a path starts with '/'")
    if "?" in path or "#" in path:
        notes.error(node, f"is the path {path!r}; a query belongs into `parameters`")
        return
    for segment in path.split("/"):
        if _SEGMENT.fullmatch(segment) and segment not in (".", ".."):
            continue
        if "{" in segment or "}" in segment:
            notes.error(node, f"has the segment {segment!r}; a parameter fills a whole segment of a path, or none")
        else:
            notes.error(
                node,
                f"has the segment {segment!r}; a segment is made of letters, digits and -._~!$&'()*+,;=:@ (RFC 3986, section 3.3)",
            )


def _check_unsupported(item: Node, node: Node, method: str, notes: Notes) -> None:
    if method == "trace":
        notes.error(node, "is a TRACE, which services do not answer (RFC 9110, section 9.3.8)")
    if node.value.get("callbacks"):
        notes.error(
            node.at("callbacks"), "are `callbacks`; a call that the service makes is an operation of another contract"
        )
    for place in (item, node):
        if isinstance(place.value.get("servers"), list):
            notes.warn(place, "has `servers` of its own; every operation is called where the port is pointed at")


def _text(node: Node, key: str) -> str:
    value = node.value.get(key)
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
