"""Contracts written in the tests themselves."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from switchover.contract import Document, Node, Operation, OperationReader, Shape, reader
from switchover.contract.findings import Notes
from switchover.errors import ContractError

HEAD = """\
openapi: 3.1.0
info: {title: Test, version: '1'}
"""
HEAD_30 = """\
openapi: 3.0.3
info: {title: Test, version: '1'}
"""


def load(text: str, files: Mapping[str, str] | None = None, *, name: str = "openapi.yaml") -> Document:
    """A contract of texts; the indentation that they share is taken away."""
    texts = {name: text, **(files or {})}

    def fetch(wanted: str) -> bytes:
        if wanted not in texts:
            raise FileNotFoundError(2, "No such file or directory", wanted)
        return textwrap.dedent(texts[wanted]).encode()

    return Document.read(name, fetch)


def refused(text: str, files: Mapping[str, str] | None = None, *, name: str = "openapi.yaml") -> list[str]:
    """What is said about a contract that cannot be loaded."""
    try:
        load(text, files, name=name)
    except ContractError as error:
        return [str(item) for item in error.items]
    raise AssertionError("it was loaded")


def of_schemas(schemas: Mapping[str, Any], *, version: str = "3.1.0") -> Document:
    """A contract with these components."""
    value = {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "components": {"schemas": schemas},
        "paths": {},
    }
    return Document.read("openapi.json", lambda _: json.dumps(value).encode())


def schema(document: Document, name: str) -> Node:
    """One schema of the components, as it stands there."""
    components = document.root.get("components")
    assert components is not None
    schemas = components.get("schemas")
    assert schemas is not None
    return schemas.at(name)


def shape_of(value: Any, *, version: str = "3.1.0") -> Shape:
    """The shape of one schema."""
    return reader()(schema(of_schemas({"S": value}, version=version), "S"))


def operations(text: str, files: Mapping[str, str] | None = None) -> list[tuple[Operation, Notes]]:
    """The operations of a contract, with what was found in each."""
    return list(OperationReader(load(text, files)).read())


def operation(text: str, schemes: str = "{}") -> tuple[Operation, Notes]:
    """The only operation of a contract whose `paths` are given; `schemes` are its security schemes, on one line."""
    components = f"components: {{ securitySchemes: {schemes} }}\n"
    found = operations(HEAD + components + "paths:\n" + textwrap.indent(textwrap.dedent(text), "  "))
    assert len(found) == 1
    return found[0]


def errors(text: str) -> list[str]:
    """What keeps the operations of a contract, whose `paths` are given, from being bound."""
    found = operations(HEAD + "paths:\n" + textwrap.indent(textwrap.dedent(text), "  "))
    return [str(finding) for _, notes in found for finding in notes.errors]
