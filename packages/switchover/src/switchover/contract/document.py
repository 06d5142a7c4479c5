"""A contract as files: one root and whatever it refers to, with every reference checked while loading."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urldefrag

from switchover.contract import dialect, pointer
from switchover.contract.findings import Finding, Location
from switchover.contract.source import Source, parse
from switchover.errors import ContractError

BASE_URI: Final = "contract:///"
"""What file names are resolved against inside the JSON Schema engine; never fetched."""

_MAX_FILES: Final = 500
_MAX_HOPS: Final = 50
_DATA: Final = frozenset({"example", "examples", "default", "enum", "const", "value"})


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a contract and the place it stands at."""

    document: Document
    file: str
    pointer: str
    value: Any

    @property
    def where(self) -> Location:
        """File, line and pointer."""
        return self.document.sources[self.file].locate(self.pointer)

    @property
    def uri(self) -> str:
        """The address of this value inside the JSON Schema engine."""
        return BASE_URI + self.file + pointer.as_fragment(self.pointer)

    def finding(self, message: str) -> Finding:
        """A finding about this value."""
        return Finding(self.where, message)

    def get(self, key: str) -> Node | None:
        """The value of one key, references followed; None where there is none."""
        if not isinstance(self.value, dict) or key not in self.value:
            return None
        return self._below(key, self.value[key]).resolved()

    def at(self, key: str | int) -> Node:
        """The value of one key or index, as it stands there.

        Raises:
            KeyError, IndexError: there is none.
        """
        return self._below(key, self.value[key])

    def step(self, token: str) -> Node | None:
        """The value one reference token further down (RFC 6901, section 4), as it stands there; None where there is none."""
        if isinstance(self.value, dict) and token in self.value:
            return self.at(token)
        if isinstance(self.value, list) and token.isdecimal() and int(token) < len(self.value):
            return self.at(int(token))
        return None

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Key and value of each member, references followed; nothing if this is not an object."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield key, self._below(key, value).resolved()

    def elements(self) -> Iterator[Node]:
        """Each element, references followed; nothing if this is not an array."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield self._below(index, value).resolved()

    def resolved(self) -> Node:
        """The value that a reference stands for; a value that is no reference stands for itself."""
        node = self
        for _ in range(_MAX_HOPS):
            if not isinstance(node.value, dict) or not isinstance(node.value.get("$ref"), str):
                return node
            node = self.document.follow(node.file, node.value["$ref"])
        raise ContractError("The contract cannot be used:", [self.finding("refers to itself in a circle")])

    def _below(self, key: str | int, value: Any) -> Node:
        return Node(self.document, self.file, pointer.join(self.pointer, key), value)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """The files of a contract.

    Attributes:
        name: file name of the root.
        version: `3.0` or `3.1`.
        sources: every file, by its path relative to the root file.
    """

    name: str
    version: str
    sources: Mapping[str, Source]
    values: Mapping[str, Any] = field(repr=False)

    @classmethod
    def load(cls, path: str | Path) -> Document:
        """Read a contract and every file that it refers to.

        Raises:
            ContractError: a file is missing or unreadable, a reference leads nowhere, or it is not OpenAPI 3.0 or 3.1.
        """
        root = Path(path)
        return cls.read(root.name, lambda name: (root.parent / name).read_bytes())

    @classmethod
    def read(cls, name: str, fetch: Callable[[str], bytes]) -> Document:
        """Like `load`, with the files from `fetch`, which gets paths relative to the root file's folder."""
        sources = _gather(name, fetch)
        version = _version(sources[name])
        upgrade = dialect.upgrade if version == "3.0" else _unchanged
        document = cls(name, version, sources, {file: upgrade(source.value) for file, source in sources.items()})
        document._check_references()
        return document

    @property
    def root(self) -> Node:
        """The OpenAPI object."""
        return Node(self, self.name, "", self.values[self.name])

    @property
    def content(self) -> bytes:
        """The root file, byte for byte."""
        return self.sources[self.name].content

    @property
    def digest(self) -> str:
        """`sha256:…` over every file with its name; over the bytes alone when there is one file."""
        if len(self.sources) == 1:
            return "sha256:" + hashlib.sha256(self.content).hexdigest()
        digest = hashlib.sha256()
        for file, source in sorted(self.sources.items()):
            digest.update(f"{file}\0{len(source.content)}\0".encode() + source.content)
        return "sha256:" + digest.hexdigest()

    def resources(self) -> list[tuple[str, Any]]:
        """Address and value of every file, for the JSON Schema engine."""
        return [(BASE_URI + file, value) for file, value in self.values.items()]

    def follow(self, file: str, reference: str) -> Node:
        """The value that `reference`, written in `file`, leads to.

        Raises:
            ContractError: nowhere.
        """
        target, tokens = _target(file, reference)
        node = Node(self, target, "", self.values[target])
        for token in tokens:
            found = node.resolved().step(token)
            if found is None:
                raise LookupError(f"{reference!r} leads nowhere: {node.file}#{node.pointer} has no {token!r}")
            node = found
        return node

    def _check_references(self) -> None:
        findings: list[Finding] = []
        for file, value in self.values.items():
            for place, reference in _references(value):
                node = Node(self, file, place, None)
                try:
                    self.follow(file, reference)
                except LookupError as error:
                    findings.append(node.finding(str(error.args[0])))
        if findings:
            raise ContractError(f"{self.name} has references that lead nowhere:", findings)


def _unchanged(value: Any) -> Any:
    return value


def _gather(name: str, fetch: Callable[[str], bytes]) -> dict[str, Source]:
    """The root and every file that can be reached from it."""
    sources = {name: _fetch(name, fetch, None)}
    waiting = [name]
    while waiting:
        file = waiting.pop()
        for place, reference in _references(sources[file].value):
            where = sources[file].locate(place)
            target = _checked_target(file, reference, where)
            if target in sources:
                continue
            if len(sources) >= _MAX_FILES:
                raise ContractError(
                    f"{name} cannot be used:", [Finding(where, f"is file {_MAX_FILES + 1} of one contract")]
                )
            sources[target] = _fetch(target, fetch, where)
            waiting.append(target)
    return sources


def _fetch(name: str, fetch: Callable[[str], bytes], referrer: Location | None) -> Source:
    try:
        return parse(name, fetch(name))
    except OSError as error:
        where = referrer or Location(name, 1)
        reason = error.strerror or type(error).__name__
        raise ContractError(f"{name} cannot be read:", [Finding(where, f"{name}: {reason}")]) from error


def _checked_target(file: str, reference: str, where: Location) -> str:
    if "://" in reference or reference.startswith("//"):
        message = f"refers to {reference!r}; only files are followed: keep a copy beside the contract and refer to that"
        raise ContractError("The contract cannot be used:", [Finding(where, message)])
    try:
        return _target(file, reference)[0]
    except ValueError as error:
        raise ContractError("The contract cannot be used:", [Finding(where, str(error))]) from error


def _target(file: str, reference: str) -> tuple[str, list[str]]:
    address, fragment = urldefrag(reference)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(address))) if address else file
    if fragment and not fragment.startswith("/"):
        raise ValueError(f"{reference!r} names an anchor; only JSON Pointers are followed, as in '#/components/…'")
    return target, pointer.split(fragment)


def _references(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Pointer and target of every `$ref`; examples are data, and hold none."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _references(item, f"{place}/{index}")
    elif isinstance(value, dict):
        for key, below in value.items():
            here = pointer.join(place, key)
            if key == "$ref" and isinstance(below, str):
                yield here, below
            elif key not in _DATA or _is_map_of_objects(place):
                yield from _references(below, here)
            elif key == "examples" and isinstance(below, dict):
                yield from _named_examples(below, here)


def _is_map_of_objects(place: str) -> bool:
    """Below these names keys are names of the author's, so a property called `value` is no example."""
    return place.endswith(("/properties", "/schemas", "/parameters", "/responses", "/headers", "/examples"))


def _named_examples(examples: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for name, example in examples.items():
        if isinstance(example, dict) and isinstance(example.get("$ref"), str):
            yield pointer.join(place, name, "$ref"), example["$ref"]


def _version(source: Source) -> str:
    declared = source.value.get("openapi") if isinstance(source.value, dict) else None
    for version in ("3.0", "3.1"):
        if isinstance(declared, str) and (declared == version or declared.startswith(version + ".")):
            return version
    if isinstance(source.value, dict) and "swagger" in source.value:
        message = "is Swagger 2.0; convert it to OpenAPI 3.1 first"
    elif declared is None:
        message = "has no `openapi`; a contract starts with `openapi: 3.1.0`"
    else:
        message = f"is {declared!r}; OpenAPI 3.0 and 3.1 are understood"
    raise ContractError(f"{source.name} is not a usable contract:", [Finding(source.locate("/openapi"), message)])
