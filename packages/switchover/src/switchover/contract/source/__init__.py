"""One file of a contract: text to plain values, remembering the line of each."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from switchover.contract.findings import Finding, Location
from switchover.contract.source import json_text, yaml_text
from switchover.contract.source.bounds import MAX_DEPTH, MAX_NODES, UnreadableText
from switchover.errors import ContractError

__all__ = ["MAX_DEPTH", "MAX_NODES", "Source", "parse"]


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
    """Read one YAML or JSON file, in UTF-8.

    Raises:
        ContractError: it is neither, with the line.
    """
    try:
        value, lines = _read(name, _decoded(content))
    except UnreadableText as error:
        place = Location(name, error.line, error.pointer)
        raise ContractError(f"{name} is not a usable contract:", [Finding(place, error.message)]) from error
    return Source(name, content, value, lines)


def _read(name: str, text: str) -> tuple[Any, dict[str, int]]:
    """JSON is met in YAML files as well. YAML 1.2 takes all of JSON, the parser behind this does not, so JSON is tried first."""
    is_json = name.lower().endswith(".json")
    if is_json or text.lstrip()[:1] in ("{", "["):
        try:
            return json_text.read(text)
        except UnreadableText:
            if is_json:
                raise
    return yaml_text.read(text)


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableText("is UTF-16; save it as UTF-8", 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableText("is not UTF-8", content[: error.start].count(b"\n") + 1) from error
