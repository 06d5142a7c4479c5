"""Bodies of requests and responses: the media type that is used, and its schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchover.contract import media, pointer
from switchover.contract.direction import FLAGS, Directions
from switchover.contract.findings import Notes
from switchover.contract.model import Content, Media, RequestBody
from switchover.contract.node import Node
from switchover.contract.operations.form_fields import form_content
from switchover.contract.schemas.inspector import SchemaInspector, required_members
from switchover.contract.shapes.shape import ANYTHING, Shape

_BODILESS: Final = frozenset({"get", "head", "trace"})
"""Methods whose requests have no body that means anything (RFC 9110, sections 9.3.1, 9.3.2 and 9.3.8)."""


class BodyReader:
    """Reads the bodies of one document."""

    def __init__(self, shape: Callable[[Node], Shape], inspector: SchemaInspector) -> None:
        self._shape = shape
        self._inspector = inspector
        self._clean: dict[str, dict[int, Shape]] = {"readOnly": {}, "writeOnly": {}}
        self._directions = Directions()

    def request(self, operation: Node, method: str, notes: Notes) -> RequestBody | None:
        """The body that an operation takes."""
        node = operation.get("requestBody")
        if node is None:
            return None
        if method in _BODILESS:
            what = f"is the body of a {method.upper()}, which HTTP gives no meaning to, and is passed over"
            notes.warn(node, f"{what}; use POST, or parameters")
            return None
        if not isinstance(node.value.get("content"), dict) or not node.value["content"]:
            notes.error(node, "is a body without `content`; name its media type and schema")
            return None
        content = self.content(node, notes, has_forms=True)
        if content is None:
            return None
        if required_members(content.shape, FLAGS["request"], self._clean["readOnly"]):
            content = self.content(self._directions.facing(node, "request"), Notes(), has_forms=True) or content
        return RequestBody(node.value.get("required") is True, content)

    def response(self, status: str, method: str, node: Node, notes: Notes) -> Content | None:
        """The body of a success."""
        if status in ("204", "205") or method == "head":
            what = status if method != "head" else "the answer to HEAD"
            if node.value.get("content"):
                said = f"gives {what} a body, which is passed over"
                notes.warn(node, f"{said}; HTTP has none there (RFC 9110, sections 9.3.2, 15.3.5 and 15.3.6)")
            return None
        content = self.content(node, notes)
        if content is None:
            return None
        if required_members(content.shape, FLAGS["answer"], self._clean["writeOnly"]):
            return self.content(self._directions.facing(node, "answer"), Notes())
        return content

    def content(self, node: Node, notes: Notes, *, has_forms: bool = False) -> Content | None:
        """The content of a request body or response, in the media type that will be used; None where there is none, or none that can be."""
        offers = node.get("content")
        if offers is None or not offers.value:
            return None
        chosen = media.choose(offers, has_forms=has_forms)
        if chosen is None:
            notes.error(
                offers,
                f"offers {_listed(offers)}, and none of these is read; offer application/json, a text or a binary type",
            )
            return None
        name, offer, kind = chosen
        if passed_over := [other for other in offers.value if other != name]:
            notes.warn(offers, f"offers {name}, which is used, and {', '.join(passed_over)}, which is not")
        if offer.value.get("encoding") and kind is Media.JSON:
            notes.warn(offer, "has `encoding`, which means nothing for JSON")
        return self._described(name, offer, kind, notes)

    def _described(self, name: str, offer: Node, kind: Media, notes: Notes) -> Content | None:
        if "schema" not in offer.value:
            anything = Node(offer.document, offer.file, pointer.join(offer.pointer, "schema"), value=True)
            if kind in (Media.FORM, Media.MULTIPART):
                return form_content(name, offer, kind, anything, ANYTHING, notes)
            return Content(media.essence(name), kind, anything, ANYTHING)
        schema = offer.at("schema")
        if not self._inspector.is_usable(schema, notes):
            return None
        shape = self._shape(schema)
        if kind in (Media.FORM, Media.MULTIPART):
            return form_content(name, offer, kind, schema, shape, notes)
        if kind is not Media.JSON and not _is_plain(shape):
            notes.warn(schema, f"restricts {name}, which is passed over; only JSON is held against a schema")
        return Content(media.essence(name), kind, schema, shape)


def _is_plain(shape: Shape) -> bool:
    """Does a shape let every text, or every sequence of bytes, through?"""
    return shape.is_anything or (
        shape.kinds == {"string"}
        and not shape.is_nullable
        and not (shape.limits or shape.patterns or shape.enum is not None or shape.alternatives or shape.opaque)
        and shape.format in (None, "binary")
    )


def _listed(offers: Node) -> str:
    named = [(name, media.refusal(name)) for name in offers.value]
    return ", ".join(f"{name} ({reason})" if reason else name for name, reason in named)
