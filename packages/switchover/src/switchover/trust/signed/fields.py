"""Structured fields (RFC 9651), as far as signatures need them, and written as section 4.1 of it says.

There is one spelling of everything: single spaces, no leading zeros, padded base64 without stray
bits, no name twice. What a peer understands of a field is then what its text says, and the text
itself can be signed. Parameters may have values of every type, and `?1` may be written out: a
signature of somebody else's stands in the same field, and must not make ours unreadable.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

MAX_FIELD_CHARACTERS: Final = 8192
"""The longest field that is read."""

# Possessive quantifiers throughout: a text that does not match is given up after one pass.
_KEY: Final = r"[a-z*][a-z0-9_.*-]*+"
_STRING: Final = r'"(?:[ !#-\[\]-~]|\\["\\])*+"'
_INTEGER: Final = r"(?:0|-?[1-9][0-9]{0,14}+)"
_SYMBOL: Final = r"[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*+"
_BYTES: Final = r":[A-Za-z0-9+/]*+={0,2}+:"
_DECIMAL: Final = r"-?(?:0|[1-9][0-9]{0,11}+)\.[0-9]{1,3}+"
_DATE: Final = rf"@{_INTEGER}"
_OCTET: Final = r"(?:%[89ab][0-9a-f])"
# What percent-encoded UTF-8 looks like (RFC 3629, section 4), in small letters.
_CHARACTER: Final = (
    rf"%(?:[0-7][0-9a-f]|(?:c[2-9a-f]|d[0-9a-f]){_OCTET}|e0%[ab][0-9a-f]{_OCTET}"
    rf"|ed%[89][0-9a-f]{_OCTET}|e[1-9a-cef]{_OCTET}{{2}}|f0%[9ab][0-9a-f]{_OCTET}{{2}}"
    rf"|f[1-3]{_OCTET}{{3}}|f4%8[0-9a-f]{_OCTET}{{2}})"
)
_DISPLAY: Final = rf'%"(?:[ !#$&-~]|{_CHARACTER})*+"'
_BARE: Final = rf"(?:{_STRING}|{_DECIMAL}|{_INTEGER}|{_SYMBOL}|{_BYTES}|{_DATE}|{_DISPLAY}|\?[01])"
_PARAMETER: Final = rf";({_KEY})(?:=({_BARE}))?+"
_PARAMETERS: Final = rf"(?:;{_KEY}(?:={_BARE})?+)*+"
_COMPONENT: Final = rf"{_STRING}{_PARAMETERS}"

_SIGNATURE_INPUT: Final = re.compile(rf"({_KEY})=(\(((?:{_COMPONENT}(?: {_COMPONENT})*+)?+)\)({_PARAMETERS}))")
_BYTE_SEQUENCE: Final = re.compile(rf"({_KEY})=({_BYTES})")
_EACH_COMPONENT: Final = re.compile(_COMPONENT)
_EACH_PARAMETER: Final = re.compile(_PARAMETER)
_WHOLE: Final = re.compile(_INTEGER)
_ESCAPED: Final = re.compile(r"\\(.)")


class MalformedField(ValueError):
    """A field is not what it should be, or not written as it should be."""


@dataclass(frozen=True, slots=True)
class SignatureInput:
    """One member of `Signature-Input` (RFC 9421, section 4.1).

    Attributes:
        components: the identifiers of what is covered, as they stand in the signature base: `"@method"`.
        parameters: strings and integers by name; None for a value of another type.
        text: components and parameters as they were sent, which is the value of `@signature-params`.
    """

    components: tuple[str, ...]
    parameters: Mapping[str, str | int | None]
    text: str


def read_signature_inputs(field: str) -> dict[str, SignatureInput]:
    """The members of a `Signature-Input` field by label.

    Raises:
        MalformedField: it is none, or a label or a parameter is there twice.
    """
    found: dict[str, SignatureInput] = {}
    for label, text, components, parameters in _members(field, _SIGNATURE_INPUT):
        _require_new(label, found)
        found[label] = SignatureInput(tuple(_EACH_COMPONENT.findall(components)), _parameters(parameters), text)
    return found


def read_byte_sequences(field: str) -> dict[str, bytes]:
    """The members of a dictionary of byte sequences without parameters: `Signature`, `Content-Digest`.

    Raises:
        MalformedField: it is none, a label is there twice, or base64 is not written as an encoder writes it.
    """
    found: dict[str, bytes] = {}
    for label, text in _members(field, _BYTE_SEQUENCE):
        _require_new(label, found)
        found[label] = _bytes(text[1:-1])
    return found


def write_string(text: str) -> str:
    """A string (RFC 9651, section 4.1.6).

    Raises:
        ValueError: it has other characters than visible ASCII and spaces.
    """
    if not text.isascii() or not text.isprintable():
        raise ValueError("only ASCII that can be printed goes into a field")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_bytes(value: bytes) -> str:
    """A byte sequence (RFC 9651, section 4.1.8)."""
    return f":{base64.b64encode(value).decode()}:"


def _members(field: str, member: re.Pattern[str]) -> Iterator[tuple[str, ...]]:
    if len(field) > MAX_FIELD_CHARACTERS:
        raise MalformedField("it is too long")
    position = 0
    while (match := member.match(field, position)) is not None:
        yield match.groups()
        position = match.end()
        if position == len(field):
            return
        if not field.startswith(", ", position):
            break
        position += 2
    raise MalformedField("it is not a dictionary of what it should hold")


def _parameters(text: str) -> dict[str, str | int | None]:
    found: dict[str, str | int | None] = {}
    for name, value in _EACH_PARAMETER.findall(text):
        _require_new(name, found)
        found[name] = _bare(value)
    return found


def _bare(text: str) -> str | int | None:
    if text.startswith('"'):
        return _ESCAPED.sub(r"\1", text[1:-1])
    return int(text) if _WHOLE.fullmatch(text) else None


def _bytes(text: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise MalformedField("its base64 is none") from error
    if base64.b64encode(value).decode() != text:
        raise MalformedField("its base64 has stray bits")
    return value


def _require_new(name: str, known: Mapping[str, object]) -> None:
    if name in known:
        raise MalformedField("a name is there twice")
