"""YAML with lines, by the core schema of YAML 1.2 (section 10.3), as OpenAPI wants it: `no` and `2026-01-01` are strings.

Refused: duplicate keys, keys that are no scalars, merge keys, tags, several documents, texts that expand without end. The parser's events are put
together here, because its own composer recurses without a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import yaml

from switchover.contract import pointer as json_pointer
from switchover.contract.source.bounds import MAX_DEPTH, Lines, UnreadableText, integer, number

_TAG: Final = "tag:yaml.org,2002:"
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read(text: str) -> tuple[Any, dict[str, int]]:
    """The value of a YAML text, and the line of every pointer.

    Raises:
        UnreadableText: it is not YAML, or uses what JSON has no equal of.
    """
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableText(
            f"has the character U+{ord(found[0]):04X}, which YAML does not allow; write it as an escape", line
        )
    try:
        node = _Composer(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableText(
            f"cannot be read: {error.problem or error.context}", mark.line + 1 if mark else 1
        ) from error
    reader = _Reader()
    return reader.read(node, "", 0), reader.lines.by_pointer


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """One node: a text, a list of nodes, or a list of pairs of them."""

    kind: Literal["str", "seq", "map"]
    value: Any
    tag: str | None
    line: int
    is_quoted: bool = False

    def refusal(self, message: str, pointer: str) -> UnreadableText:
        return UnreadableText(message, self.line, pointer)

    def require_tag(self, pointer: str) -> None:
        if self.tag not in (None, "!", _TAG + self.kind):
            raise self.refusal(f"has the tag {self.tag!r}; a contract has no tags", pointer)


class _Composer:
    """Events to nodes; an alias becomes the node it stands for."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.anchors: dict[str, _Node] = {}

    def document(self) -> _Node:
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise UnreadableText("is empty", 1)
        node = self.node(next(self.events), 0)
        next(self.events)  # the end of the document
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise UnreadableText("has a second document; a contract is one", after.start_mark.line + 1)
        return node

    def node(self, event: Any, depth: int) -> _Node:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise UnreadableText(f"is nested deeper than {MAX_DEPTH} levels", line)
        match event:
            case yaml.AliasEvent():
                if event.anchor not in self.anchors:
                    raise UnreadableText(f"has the alias *{event.anchor}, and nothing of that name above", line)
                return self.anchors[event.anchor]
            case yaml.ScalarEvent():
                is_quoted = bool(event.style) or event.tag is not None
                return self.anchored(event, _Node("str", event.value, event.tag, line, is_quoted))
            case yaml.SequenceStartEvent():
                return self.sequence(self.anchored(event, _Node("seq", [], event.tag, line)), depth)
        return self.mapping(self.anchored(event, _Node("map", [], event.tag, line)), depth)

    def sequence(self, node: _Node, depth: int) -> _Node:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            node.value.append(self.node(event, depth + 1))
        return node

    def mapping(self, node: _Node, depth: int) -> _Node:
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            node.value.append((key, self.node(next(self.events), depth + 1)))
        return node

    def anchored(self, event: Any, node: _Node) -> _Node:
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node


class _Reader:
    """Nodes to values, counting what aliases multiply."""

    def __init__(self) -> None:
        self.lines = Lines()

    def read(self, node: _Node, pointer: str, depth: int) -> Any:
        self.lines.enter(pointer, node.line, depth)
        node.require_tag(pointer)
        if node.kind == "seq":
            return [self.read(item, f"{pointer}/{index}", depth + 1) for index, item in enumerate(node.value)]
        if node.kind == "map":
            return self.mapping(node, pointer, depth)
        return node.value if node.is_quoted else _plain(node, node.value, pointer)

    def mapping(self, node: _Node, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = _key(key_node, pointer)
            below = json_pointer.join(pointer, key)
            if key in found:
                raise key_node.refusal(f"is there twice, first in line {self.lines.by_pointer[below]}", below)
            found[key] = self.read(value_node, below, depth + 1)
            self.lines.by_pointer[below] = key_node.line
        return found


def _key(node: _Node, pointer: str) -> str:
    if node.kind != "str":
        raise node.refusal("has a key that is no string", pointer)
    node.require_tag(pointer)
    if node.value == "<<" and not node.is_quoted:
        raise node.refusal("uses the merge key '<<', which YAML 1.2 does not have; use $ref", pointer)
    return str(node.value)


def _plain(node: _Node, text: str, pointer: str) -> Any:
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        return integer(text, node.line, pointer)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return number(text, node.line, pointer)
    if _SPECIAL.fullmatch(text):
        raise node.refusal(f"is {text}, which JSON does not have", pointer)
    return text


def is_plain_string(text: str) -> bool:
    """Is this text a string where it stands without quotes, as far as the core schema decides it?"""
    forms = (_INTEGER, _BASED, _FLOAT, _SPECIAL)
    return text not in _NULL and text not in _BOOLEAN and not any(form.fullmatch(text) for form in forms)
