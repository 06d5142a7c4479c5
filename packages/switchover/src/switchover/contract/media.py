"""Which of the media types on offer is taken: JSON first, then text, then bytes."""

from __future__ import annotations

from typing import Any, Final

from switchover.contract.model import Media
from switchover.contract.node import Node

PROBLEM: Final = "application/problem+json"
PLAIN: Final = "text/plain"

_JSON: Final = frozenset({"application/json", "text/json"})
_BYTES: Final = "application/octet-stream"
_BINARY: Final = frozenset({_BYTES, "application/pdf", "application/zip", "application/gzip"})
_BINARY_TREES: Final = frozenset({"image", "audio", "video", "font", "model"})
_REFUSED: Final = {
    "application/x-www-form-urlencoded": "a form",
    "application/xml": "XML",
    "text/xml": "XML",
    "application/yaml": "YAML",
    "text/event-stream": "a stream",
    "application/x-ndjson": "a stream",
    "application/jsonl": "a stream",
    "application/json-seq": "a stream",
}
_FORMS: Final = {"application/x-www-form-urlencoded": Media.FORM, "multipart/form-data": Media.MULTIPART}
_UTF8: Final = ("utf-8", "utf8", "us-ascii")


def essence(media_type: str) -> str:
    """The media type without its parameters, in lower case (RFC 9110, section 8.3.1)."""
    return media_type.partition(";")[0].strip().lower()


def media_of(media_type: str, schema: Any = None) -> Media | None:
    """How a body of this type is read; None for types that are not. `schema` helps with types that nobody knows."""
    name = essence(media_type)
    main, _, sub = name.partition("/")
    if refusal(media_type):
        return None
    if name in _JSON or sub.endswith("+json"):
        return Media.JSON
    if sub == "*":
        return Media.BINARY
    if main == "text":
        return Media.TEXT
    return Media.BINARY if name in _BINARY or main in _BINARY_TREES or _is_binary(schema) else None


def covers(wanted: str, name: str) -> bool:
    """Whether a media type is the one wanted, or within the range wanted. Bytes of no known type are within any range."""
    if not wanted.endswith("/*"):
        return wanted == name
    return wanted == "*/*" or name == _BYTES or name.partition("/")[0] == wanted.partition("/")[0]


def sent_as(media_type: str) -> str:
    """Return the media type that a body is sent as; of a range, it is that of bytes."""
    return _BYTES if media_type.endswith("/*") else media_type


def _is_binary(schema: Any) -> bool:
    """Bytes have no schema, or one that says no more than that (OpenAPI 3.1, section 4.8.14.2; 3.0: `format: binary`)."""
    if not isinstance(schema, dict):
        return schema is None
    return not schema or schema.get("format") == "binary" or "contentMediaType" in schema


def refusal(media_type: str) -> str | None:
    """Why a media type is not read, where that can be said; None otherwise."""
    name = essence(media_type)
    main, _, sub = name.partition("/")
    if main == "multipart":
        return "a multipart body"
    if not sub or ("*" in name and sub != "*"):
        return "no media type"
    if sub.endswith("+xml"):
        return "XML"
    for parameter in media_type.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip().strip('"').lower() not in _UTF8:
            return "not in UTF-8"
    return _REFUSED.get(name)


def choose(content: Node, *, has_forms: bool = False) -> tuple[str, Node, Media] | None:
    """The media type to use of a `content` object, its Media Type Object and how it is read; None if none can be.

    Forms are read where `has_forms` says so: in requests.
    """
    forms = _FORMS if has_forms else {}
    offers = [
        (name, node, forms.get(essence(name)) or media_of(name, _schema(node))) for name, node in content.entries()
    ]
    for wanted in Media:
        for name, node, media in offers:
            if media is wanted:
                return name, node, media
    return None


def _schema(offer: Node) -> Any:
    schema = offer.get("schema")
    return schema.value if schema is not None else None
