"""Forms as bytes and back: `application/x-www-form-urlencoded` (WHATWG URL, section 5) and `multipart/form-data` (RFC 7578)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic_core import to_json

from switchover.contract import Content, Media, Parameter, Style
from switchover.contract.model import FormField
from switchover.errors import InvalidField
from switchover.port import styles
from switchover.port.multipart import Part, read_parts, write_parts
from switchover.port.received import form_fields
from switchover.port.styles import ABSENT, Fields, UnreadableError, UnwritableError, quoted, unquoted
from switchover.port.uploads import BYTES, Upload
from switchover.port.values import NotJson, UnusableValue, ValueCodec

_FILE: Final = "file"
"""Stands for a file where the other members are held against the schema."""


class FormCodec:
    """Writes and reads one form.

    Args:
        content: the form, as the contract describes it.
        plain_files: names of the files that are `bytes` in Python; the others are `Upload`.
    """

    def __init__(self, content: Content, plain_files: frozenset[str] = frozenset()) -> None:
        self._media, self._media_type = content.media, content.media_type
        self._files = {field.name: field for field in content.fields if field.is_file}
        self._texts = [field.parameter for field in content.fields if not field.is_file]
        self._plain_files = plain_files

    def write(self, codec: ValueCodec, value: Any) -> tuple[bytes, str]:
        """The form and its content type; files are members of a mapping.

        Raises:
            UnusableValue: a member is not of its type, or a form cannot carry it.
        """
        files = dict(self._outgoing(value)) if self._files else {}
        if self._files:
            value = {name: self._placeholder(name, item) for name, item in value.items()}
        plain = codec.plain(value)
        pairs = [(parameter, pair) for parameter in self._texts for pair in _pairs(parameter, plain)]
        if self._media is Media.FORM:
            return "&".join(pair for _, pair in pairs).encode(), self._media_type
        parts = [_part(parameter, pair) for parameter, pair in pairs]
        parts += [part for listed in files.values() for part in listed]
        boundary = secrets.token_hex(16)
        return write_parts(parts, boundary), f"{self._media_type}; boundary={boundary}"

    def read(self, codec: ValueCodec, data: bytes, content_type: str) -> Any:
        """The value of a form.

        Raises:
            NotJson: it is no form.
            UnusableValue: it breaks the contract.
        """
        files: dict[str, list[Upload]] = {}
        try:
            fields, raw = self._fields(data, content_type, files)
        except (UnreadableError, UnicodeDecodeError):
            raise NotJson([InvalidField(codec.label, "is not a form")]) from None
        plain = self._plain(fields, raw)
        for name, listed in files.items():
            if not self._files[name].is_list and len(listed) != 1:
                raise _malformed(name, f"is there {len(listed)} times")
            plain[name] = [_FILE] * len(listed) if self._files[name].is_list else _FILE
        value = codec.read(to_json(plain))
        return value if not self._files else {**value, **dict(self._incoming(files))}

    def _placeholder(self, name: str, item: Any) -> Any:
        if name not in self._files or item is None:
            return item
        return [_FILE] * len(item) if self._files[name].is_list else _FILE

    def _outgoing(self, value: Mapping[str, Any]) -> Iterator[tuple[str, list[Part]]]:
        for name, field in self._files.items():
            item = value.get(name)
            if item is None:
                continue
            if field.is_list and not isinstance(item, list | tuple):
                raise UnusableValue([InvalidField(f"body#/{name}", "must be a list of files")])
            yield name, [_file(field, each) for each in (item if field.is_list else [item])]

    def _incoming(self, files: Mapping[str, list[Upload]]) -> Iterator[tuple[str, Any]]:
        for name, listed in files.items():
            values = [file.content if name in self._plain_files else file for file in listed]
            yield name, values if self._files[name].is_list else values[0]

    def _fields(self, data: bytes, content_type: str, files: dict[str, list[Upload]]) -> tuple[Fields, Fields]:
        if self._media is Media.FORM:
            return form_fields(data.decode("utf-8"))
        fields: dict[str, list[str]] = {}
        for part in read_parts(data, content_type):
            if part.name in self._files:
                file = Upload(part.content, part.filename or part.name, part.media_type or BYTES)
                files.setdefault(part.name, []).append(file)
            else:
                fields.setdefault(part.name, []).append(part.content.decode("utf-8"))
        return fields, {name: [quoted(text) for text in texts] for name, texts in fields.items()}

    def _plain(self, fields: Fields, raw: Fields) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for parameter in self._texts:
            try:
                found = styles.read_query(parameter, fields, raw)
            except UnreadableError as error:
                raise _malformed(parameter.name, str(error)) from None
            if found is not ABSENT:
                plain[parameter.name] = found
        known = [_prefix(parameter) for parameter in self._texts]
        for name, texts in fields.items():
            if not any(name == whole or (part and name.startswith(part)) for whole, part in known):
                plain[name] = texts[0] if len(texts) == 1 else texts
        return plain


def _pairs(parameter: Parameter, plain: Mapping[str, Any]) -> list[str]:
    if parameter.name not in plain:
        return []
    try:
        pairs = styles.write_query(parameter, plain[parameter.name])
    except UnwritableError as error:
        raise UnusableValue([InvalidField(f"body#/{parameter.name}", str(error))]) from None
    if not pairs:
        raise UnusableValue([InvalidField(f"body#/{parameter.name}", "is empty, which a form cannot carry")])
    return pairs


def _part(parameter: Parameter, pair: str) -> Part:
    name, _, text = pair.partition("=")
    media_type = "application/json" if parameter.style is Style.JSON else ""
    return Part(unquoted(name), unquoted(text).encode(), media_type=media_type)


def _file(field: FormField, item: Any) -> Part:
    if isinstance(item, Upload):
        return Part(field.name, item.content, item.name, item.media_type)
    if isinstance(item, bytes | bytearray | memoryview):
        return Part(field.name, bytes(item), field.name, field.media_type)
    what = f"is a {type(item).__name__}, and bytes or an Upload is wanted"
    raise UnusableValue([InvalidField(f"body#/{field.name}", what)])


def _prefix(parameter: Parameter) -> tuple[str, str]:
    """How the names of a parameter's fields look: the whole name, and how it begins."""
    return parameter.name, f"{parameter.name}[" if parameter.style is Style.DEEP else ""


def _malformed(name: str, what: str) -> UnusableValue:
    return UnusableValue([InvalidField(f"body#/{name}", what)], is_malformed=True)
