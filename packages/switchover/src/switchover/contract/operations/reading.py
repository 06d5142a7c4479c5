"""From an OpenAPI document to operations: everything that cannot be honoured is named, nothing is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from switchover.contract.document import Document, Node
from switchover.contract.faults import item_at
from switchover.contract.findings import Finding, Notes
from switchover.contract.grammar import METHODS
from switchover.contract.model import Answer, Operation
from switchover.contract.operations.bodies import BodyReader
from switchover.contract.operations.failures import FailureReader
from switchover.contract.operations.headers import required_headers, settable_headers
from switchover.contract.operations.identifiers import Place, identifiers
from switchover.contract.operations.parameters import ParameterReader
from switchover.contract.operations.security import names_caller, needs_caller
from switchover.contract.operations.servers import base_path
from switchover.contract.reference import BrokenReference
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
        paths = self.document.root.get("paths")
        for place, identifier in identifiers(_places(paths) if paths is not None else ()):
            notes = Notes()
            _check_item(paths.at(place.path) if paths is not None else place.item, notes)
            operation = self._operation(place, identifier.name, notes)
            if identifier.note:
                notes.warn(operation.node, identifier.note)
            yield operation, notes

    def unread(self) -> dict[str, list[Finding]]:
        """Return what is wrong with paths that cannot be read, so that it is unknown which operations they have, by path."""
        paths = self.document.root.get("paths")
        if paths is None:
            return {}
        broken = [path for path in paths.value if not path.startswith("x-") and item_at(paths.at(path)) is None]
        return {path: self.document.faults.reached_by(paths.at(path)) for path in broken}

    def _operation(self, place: Place, name: str, notes: Notes) -> Operation:
        faults = self.document.faults.of_operation(place.item, place.method) or self._faults_of_schemes(place)
        if not faults:
            try:
                return self._read(place, name, notes)
            except BrokenReference as error:  # of something that is named instead of referred to
                faults = [place.node.finding(str(error))]
        notes.errors += faults
        return _unread(place, name)

    def _faults_of_schemes(self, place: Place) -> list[Finding]:
        """Return what is wrong with the security schemes that an operation names."""
        faults, root = self.document.faults, self.document.root
        components = root.get("components") if faults else None
        declared = components.get("securitySchemes") if components is not None else None
        if declared is None or not isinstance(declared.value, dict):
            return []
        listed = (place.node.resolved() if "security" in place.node.resolved().value else root).get("security")
        names = [name for item in (listed.elements() if listed is not None else ()) for name in item.value]
        return faults.reached_by(*(declared.at(name) for name in names if name in declared.value))

    def _read(self, place: Place, name: str, notes: Notes) -> Operation:
        path, item, method, node = place.path, place.item, place.method, place.node.resolved()
        _check_path(path, item, notes)
        _check_unsupported(item, node, method, notes)
        return Operation(
            id=name,
            method=method.upper(),
            path=path,
            summary=_text(node, "summary"),
            description=_text(node, "description"),
            parameters=self._parameters.read(path, (item, node), notes),
            body=self._bodies.request(node, method, notes),
            answers=tuple(self._answers(node, method, notes)),
            failures=tuple(self._failures.read(node, notes)),
            needs_caller=needs_caller(self.document.root, node, notes),
            names_caller=names_caller(self.document.root, node),
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
                notes.warn(
                    node,
                    f"answers {status}, which is passed over; a call ends with a result (2xx) or a failure (4xx, 5xx)",
                )
            elif status[0] == "2":
                found = True
                yield self._answer(status, method, node, notes)
        default = responses.get("default") if responses is not None else None
        if not found and default is not None:
            yield self._answer("2XX", method, default, notes)
        elif not found:
            notes.error(operation, "documents no success; add a response for 200, 201 or 204")

    def _answer(self, status: str, method: str, node: Node, notes: Notes) -> Answer:
        required = required_headers(node)
        for name, header in required.items():
            notes.warn(
                header,
                f"is the header {name} of an answer, and is required: set it with respond(headers=…) in the backend",
            )
        content = self._bodies.response(status, method, node, notes)
        is_range = status.endswith("XX")
        number = int(status[0]) * 100 if is_range else int(status)
        return Answer(
            number, is_range, content, node, settable_headers(node), frozenset(name.lower() for name in required)
        )


def _places(paths: Node) -> Iterator[Place]:
    for path in paths.value:
        item = item_at(paths.at(path)) if not path.startswith("x-") else None
        if item is not None:
            yield from (Place(path, item, method) for method in METHODS if method in item.value)


def _unread(place: Place, name: str) -> Operation:
    """An operation of which nothing is known but what it is called and where it stands."""
    return Operation(
        id=name,
        method=place.method.upper(),
        path=place.path,
        summary="",
        description="",
        parameters=(),
        body=None,
        answers=(),
        failures=(),
        needs_caller=True,
        names_caller=False,
        is_deprecated=False,
        tags=(),
        node=place.node,
    )


def _check_item(place: Node, notes: Notes) -> None:
    """OpenAPI leaves open what stands beside the `$ref` of a path."""
    beside = sorted(_BESIDE_REFERENCE & set(place.value)) if "$ref" in place.value else []
    if beside:
        notes.error(place, f"has {', '.join(beside)} beside `$ref`, which may mean either; move them to where it leads")


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
        notes.warn(
            node.at("callbacks"), "are `callbacks`, which are passed over; they are calls that the service makes"
        )
    for place in (item, node):
        if isinstance(place.value.get("servers"), list):
            notes.warn(place, "has `servers` of its own; every operation is called where the port is pointed at")


def _text(node: Node, key: str) -> str:
    value = node.value.get(key)
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
