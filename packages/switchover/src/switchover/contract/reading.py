"""From an OpenAPI document to operations: everything that cannot be honoured is named, nothing is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from switchover.contract import media, parameters
from switchover.contract.document import Document, Node
from switchover.contract.failures import read_failures
from switchover.contract.findings import Notes
from switchover.contract.model import Answer, Content, Media, Operation, RequestBody
from switchover.contract.shape import ANYTHING, Shape, reader

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_STATUS: Final = re.compile(r"[1-5](\d\d|XX)")


class OperationReader:
    """Reads the operations of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.shape: Callable[[Node], Shape] = reader()

    def read(self) -> Iterator[tuple[Operation, Notes]]:
        """Every operation with what was found in it, in the order of the document."""
        paths = self.document.root.get("paths")
        for path, item in paths.entries() if paths else ():
            for method in METHODS:
                node = item.get(method)
                if node is not None:
                    notes = Notes()
                    yield self._operation(path, item, method, node, notes), notes

    def _operation(self, path: str, item: Node, method: str, node: Node, notes: Notes) -> Operation:
        _check_path(path, item, notes)
        _check_unsupported(node, notes)
        found = parameters.read(path, item, node, self.shape, notes)
        operation_id = node.value.get("operationId")
        if not isinstance(operation_id, str) or not operation_id:
            operation_id = f"{method}{path}"
            notes.error(node, "has no `operationId`; it names the method that answers")
        return Operation(
            id=operation_id,
            method=method.upper(),
            path=path,
            summary=_text(node, "summary"),
            description=_text(node, "description"),
            parameters=found,
            body=self._body(node, notes),
            answers=tuple(self._answers(node, notes)),
            failures=tuple(read_failures(node, self.shape, notes)),
            needs_caller=_needs_caller(self.document.root, node),
            is_deprecated=node.value.get("deprecated") is True,
            tags=tuple(tag for tag in node.value.get("tags") or () if isinstance(tag, str)),
            node=node,
        )

    def _body(self, operation: Node, notes: Notes) -> RequestBody | None:
        node = operation.get("requestBody")
        if node is None:
            return None
        content = self.content(node, notes)
        if content is None:
            notes.error(node, "has a body without `content`; name its media type and schema")
            return None
        for name, member in content.shape.properties.items():
            if member.is_required and member.is_read_only:
                notes.error(
                    content.schema,
                    f"requires {name!r} in a request although it is readOnly; give requests a schema of their own",
                )
        return RequestBody(node.value.get("required") is True, content)

    def content(self, node: Node, notes: Notes) -> Content | None:
        """The content of a request body or response, in the media type that will be used."""
        offers = node.get("content")
        if offers is None or not offers.value:
            return None
        chosen = media.choose(offers)
        if chosen is None:
            notes.error(offers, f"offers {', '.join(offers.value)} and none of these is read; offer application/json")
            return None
        name, offer, kind = chosen
        if passed_over := [other for other in offers.value if other != name]:
            notes.warn(offers, f"offers {name}, which is used, and {', '.join(passed_over)}, which is not")
        schema = offer.at("schema") if isinstance(offer.value, dict) and "schema" in offer.value else offer
        shape = self.shape(schema) if schema is not offer else ANYTHING
        if kind is Media.JSON and schema is offer:
            notes.error(offer, "has no `schema`; a JSON body has to say what it is")
        if isinstance(offer.value, dict) and "encoding" in offer.value and kind is Media.JSON:
            notes.warn(offer, "has `encoding`, which means nothing for JSON")
        return Content(media.essence(name), kind, schema, shape)

    def _answers(self, operation: Node, notes: Notes) -> Iterator[Answer]:
        responses = operation.get("responses")
        found = False
        for status, node in responses.entries() if responses else ():
            if status != "default" and not _STATUS.fullmatch(status):
                notes.error(node, f"is the response for {status!r}; a status is three digits, 2XX or default")
            elif status[0] in "13":
                notes.error(node, f"answers {status}; a call ends with a result (2xx) or a failure (4xx, 5xx)")
            elif status[0] == "2":
                found = True
                yield self._answer(status, node, notes)
        if not found:
            notes.error(operation, "documents no success; add a response for 200, 201 or 204")

    def _answer(self, status: str, node: Node, notes: Notes) -> Answer:
        content = self.content(node, notes)
        if content is not None and status in ("204", "205"):
            notes.error(node, f"gives {status} a body; HTTP has none there (RFC 9110, section 15.3.5)")
            content = None
        for name, member in content.shape.properties.items() if content else ():
            if member.is_required and member.is_write_only:
                notes.error(
                    node,
                    f"requires {name!r} in a response although it is writeOnly; give responses a schema of their own",
                )
        is_range = status.endswith("XX")
        return Answer(int(status[0]) * 100 if is_range else int(status), is_range, content, node)


def base_path(document: Document) -> str:
    """The path of the first server, without a slash at its end; "" where none is given.

    OpenAPI 3.1, section 4.8.5: without servers, it is the root.
    """
    servers = document.root.get("servers")
    for server in servers.elements() if servers else ():
        url = server.value.get("url") if isinstance(server.value, dict) else None
        return urlsplit(url).path.rstrip("/") if isinstance(url, str) else ""
    return ""


def _check_path(path: str, node: Node, notes: Notes) -> None:
    if not path.startswith("/"):
        notes.error(node, f"is the path {path!r}; a path starts with '/'")
    for segment in path.split("/"):
        if ("{" in segment or "}" in segment) and not re.fullmatch(r"\{[^{}]+\}", segment):
            notes.error(node, f"has the segment {segment!r}; a parameter fills a whole segment of a path, or none")
    if "?" in path or "#" in path:
        notes.error(node, f"is the path {path!r}; a query belongs into `parameters`")


def _check_unsupported(node: Node, notes: Notes) -> None:
    if isinstance(node.value.get("callbacks"), dict) and node.value["callbacks"]:
        notes.error(node, "has `callbacks`; a call that the service makes is an operation of another contract")
    if isinstance(node.value.get("servers"), list):
        notes.warn(node, "has `servers` of its own; every operation is called where the port is pointed at")


def _needs_caller(root: Node, operation: Node) -> bool:
    """OpenAPI 3.1, section 4.8.10: the operation's `security` replaces the document's; an empty alternative means nobody has to."""
    security: Any = operation.value.get("security", root.value.get("security"))
    return isinstance(security, list) and bool(security) and all(isinstance(item, dict) and item for item in security)


def _text(node: Node, key: str) -> str:
    value = node.value.get(key)
    return value.strip() if isinstance(value, str) else ""
