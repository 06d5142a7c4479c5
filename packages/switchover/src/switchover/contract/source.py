"""One file of a contract: text to plain values, remembering the line of each.

YAML is read by the core schema of YAML 1.2 (section 10.3), as OpenAPI wants it: `no` and `2026-01-01` are strings. JSON is read by the
same parser, so it has lines as well. Refused: duplicate keys, keys that are not strings, merge keys, tags, documents that expand without end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from switchover.contract import pointer as json_pointer
from switchover.contract.findings import Finding, Location
from switchover.errors import ContractError

MAX_NODES: Final = 500_000
MAX_DEPTH: Final = 200

_TAG: Final = "tag:yaml.org,2002:"
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Source:
    """One file, parsed.

    Attributes:
        name: how messages call the file, relative to the contract's root file.
        content: the bytes, as they were read.
        value: dicts, lists and scalars.
        lines: the 1-based line of every pointer.
    """

    name: str
    content: bytes
    value: Any
    lines: Mapping[str, int]

    def locate(self, pointer: str) -> Location:
        """Where `pointer` is; for one that does not exist, where its nearest ancestor is."""
        known = pointer
        while known not in self.lines and known:
            known = known.rpartition("/")[0]
        return Location(self.name, self.lines.get(known, 1), pointer)


def parse(name: str, content: bytes) -> Source:
    """Read one YAML or JSON file.

    Raises:
        ContractError: it is neither, with the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(name, content[: error.start].count(b"\n") + 1, "is not UTF-8") from error
    if name.endswith(".json"):
        # Outside strings a tab is white space to JSON and an error to YAML; inside strings JSON has none.
        text = text.replace("\t", " ")
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _refusal(name, line, f"cannot be read: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise _refusal(name, 1, f"cannot be read: {error}") from error
    if node is None:
        raise _refusal(name, 1, "is empty")
    reader = _Reader(name)
    value = reader.read(node, "", 0)
    return Source(name, content, value, reader.lines)


class _Reader:
    """Turns composed nodes into values, counting what aliases multiply."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[str, int] = {}

    def read(self, node: yaml.Node, pointer: str, depth: int) -> Any:
        if len(self.lines) >= MAX_NODES:
            raise self.refuse(node, pointer, f"has more than {MAX_NODES} values (aliases count each time)")
        if depth > MAX_DEPTH:
            raise self.refuse(node, pointer, f"is nested deeper than {MAX_DEPTH} levels (or contains itself)")
        self.lines[pointer] = node.start_mark.line + 1
        match node:
            case yaml.ScalarNode():
                return self.scalar(node, pointer)
            case yaml.SequenceNode():
                self.require_tag(node, pointer, "seq")
                return [self.read(item, f"{pointer}/{i}", depth + 1) for i, item in enumerate(node.value)]
            case yaml.MappingNode():
                self.require_tag(node, pointer, "map")
                return self.mapping(node, pointer, depth)
        raise self.refuse(node, pointer, f"is a {type(node).__name__}")  # pragma: no cover - YAML has no fourth kind

    def mapping(self, node: yaml.MappingNode, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.key(key_node, pointer)
            below = json_pointer.join(pointer, key)
            if key in found:
                raise self.refuse(key_node, below, f"is there twice, first in line {self.lines[below]}")
            found[key] = self.read(value_node, below, depth + 1)
            self.lines[below] = key_node.start_mark.line + 1
        return found

    def key(self, node: yaml.Node, pointer: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.refuse(node, pointer, "has a key that is not a string")
        if node.value == "<<" and not node.style:
            raise self.refuse(node, pointer, "uses the merge key '<<', which YAML 1.2 does not have; use $ref")
        return str(node.value)

    def scalar(self, node: yaml.ScalarNode, pointer: str) -> Any:
        self.require_tag(node, pointer, "str")
        text: str = node.value
        if node.style:
            return _joined(text)
        return self.plain(node, text, pointer)

    def plain(self, node: yaml.ScalarNode, text: str, pointer: str) -> Any:
        if text in _NULL:
            return None
        if text in _BOOLEAN:
            return _BOOLEAN[text]
        if _INTEGER.fullmatch(text):
            return self.integer(node, text, pointer)
        if _BASED.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _SPECIAL.fullmatch(text):
            raise self.refuse(node, pointer, f"is {text}, which JSON does not have")
        return text

    def integer(self, node: yaml.ScalarNode, text: str, pointer: str) -> int:
        try:
            return int(text)
        except ValueError as error:
            raise self.refuse(node, pointer, "is a number with too many digits") from error

    def require_tag(self, node: yaml.Node, pointer: str, kind: str) -> None:
        if node.tag not in (_TAG + kind, "!", None):
            raise self.refuse(node, pointer, f"has the tag {node.tag!r}; a contract has no tags")

    def refuse(self, node: yaml.Node, pointer: str, message: str) -> ContractError:
        return _refusal(self.name, node.start_mark.line + 1, message, pointer)


def _joined(text: str) -> str:
    r"""JSON writes one character beyond the BMP as two `\u` escapes; the YAML parser leaves them apart."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _refusal(name: str, line: int, message: str, pointer: str = "") -> ContractError:
    return ContractError(f"{name} is not a usable contract:", [Finding(Location(name, line, pointer), message)])
