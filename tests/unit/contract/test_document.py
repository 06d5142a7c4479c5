"""Contracts of several files: references in every place, and everything that is wrong with one said at once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchover.contract import Document, OperationReader, base_path, gaps
from switchover.contract.reference import BrokenReference
from switchover.errors import ContractError
from unit.contract.documents import HEAD, load, refused

CORPUS: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "/{v}", "variables": {"v": {"default": "v1"}}}],
    "security": [{"key": ["read"]}],
    "paths": {
        "/x/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {
                "operationId": "op",
                "tags": ["t"],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}},
                },
                "responses": {
                    "200": {
                        "description": "d",
                        "content": {"application/json": {"schema": {"type": "array", "items": {}}}},
                    },
                    "404": {
                        "description": "d",
                        "content": {"application/problem+json": {"schema": {"properties": {"code": {"const": "c"}}}}},
                    },
                },
            },
        }
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "schemas": {
            "S": {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"oneOf": [{"$ref": "#/components/schemas/T"}, {"type": "null"}]}},
                "discriminator": {"propertyName": "a", "mapping": {"t": "T"}},
            },
            "T": {"allOf": [{"type": "string", "minLength": 1}], "default": "x"},
        },
    },
}


def _places(value: Any) -> list[list[Any]]:
    found: list[list[Any]] = [[]]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        found += [[key, *path] for path in _places(below)]
    return found


def _replaced(value: Any, path: list[Any], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=600)
@given(
    path=st.sampled_from(_places(CORPUS)),
    version=st.sampled_from(["3.1.0", "3.0.3"]),
    new=st.sampled_from(
        [None, True, 1, -1.5, "", "x", "#/components/schemas/S", [], {}, [None], [{}], {"$ref": "#"}, {"$ref": "#/info"},
         {"$ref": "x"}, {"x": None}, {"type": 3}, {"type": ["x"]}, {"nullable": True}, {"in": []}]
    ),
)  # fmt: skip
def test_any_part_may_be_replaced_by_anything_and_nothing_worse_happens_than_a_refusal(
    path: Any, version: str, new: Any
) -> None:
    value = _replaced({**CORPUS, "openapi": version}, path, new)

    try:
        document = Document.read("openapi.json", lambda _: json.dumps(value).encode())
        read = list(OperationReader(document).read())
        base_path(document)
        for operation, _ in read:
            for content in [
                operation.body.content if operation.body else None,
                *(a.content for a in operation.answers),
            ]:
                assert content is None or gaps(content.shape, content.shape) == []
    except (ContractError, OSError):
        return
    assert all(finding.where.line >= 1 for _, notes in read for finding in notes.errors)


def test_references_are_followed_in_every_place() -> None:
    document = load(
        HEAD
        + """\
paths: { $ref: parts/paths.yaml }
components: { $ref: parts/components.yaml#/all }
""",
        {
            "parts/paths.yaml": "/x: { $ref: paths/x.yaml }\n",
            "parts/paths/x.yaml": """\
                parameters: { $ref: ../components.yaml#/lists/0 }
                get:
                  operationId: op
                  responses: { $ref: '../components.yaml#/answers' }
                """,
            "parts/components.yaml": COMPONENTS,
        },
    )
    [(operation, notes)] = OperationReader(document).read()

    assert notes.errors == []
    assert [parameter.label for parameter in operation.parameters] == ["query.q"]
    content = operation.answers[0].content
    assert content is not None
    assert content.shape.properties["a"].is_required
    assert content.shape.properties["a"].shape.kinds == {"integer"}
    assert sorted(document.sources) == [
        "openapi.yaml",
        "parts/components.yaml",
        "parts/paths.yaml",
        "parts/paths/x.yaml",
    ]


COMPONENTS = """\
all:
  parameters:
    Q: { name: q, in: query, schema: { type: string } }
  schemas:
    T: { type: integer }
    S:
      type: object
      properties: { $ref: '#/named' }
      allOf: { $ref: '#/lists/1' }
named: { a: { $ref: '#/all/schemas/T' } }
lists:
  - [{ $ref: '../openapi.yaml#/components/parameters/Q' }]
  - [{ required: [a] }]
answers:
  '200': { description: d, content: { application/json: { $ref: '#/media' } } }
media: { schema: { $ref: '../openapi.yaml#/components/schemas/S' } }
"""


def test_names_that_are_keywords_elsewhere_are_names() -> None:
    document = load(
        HEAD
        + """\
paths: {}
components:
  schemas:
    default: { $ref: '#/components/schemas/enum' }
    enum:
      type: object
      properties:
        example: { $ref: '#/components/schemas/const' }
        $ref: { type: string }
        value: { $ref: a.yaml }
    const: { type: integer }
""",
        {"a.yaml": "type: boolean\n"},
    )
    node = document.follow("openapi.yaml", "#/components/schemas/default").resolved()

    assert node.pointer == "/components/schemas/enum"
    assert not node.at("properties").is_reference
    assert node.at("properties").at("value").resolved().value == {"type": "boolean"}


def test_data_and_extensions_hold_no_references() -> None:
    document = load(
        HEAD
        + """\
x-team: { $ref: gone.yaml }
paths:
  x-more: { $ref: gone.yaml }
components:
  examples:
    E: { value: { $ref: 'https://example.org' } }
  schemas:
    S:
      example: { $ref: gone.yaml }
      examples: [{ $ref: gone.yaml }]
      default: { $ref: gone.yaml }
      enum: [{ $ref: gone.yaml }]
      const: { $ref: gone.yaml }
      x-note: { $ref: gone.yaml }
"""
    )

    assert list(document.sources) == ["openapi.yaml"]


def test_what_an_extension_holds_can_be_referred_to() -> None:
    texts = {"a.yaml": "type: integer\n"}
    document = load(
        HEAD
        + "x-shared: { Id: { $ref: a.yaml } }\npaths: {}\ncomponents: { schemas: { S: { $ref: '#/x-shared/Id' } } }\n",
        texts,
    )

    assert document.follow("openapi.yaml", "#/components/schemas/S").resolved().value == {"type": "integer"}


def test_every_reference_that_leads_nowhere_is_listed_in_order() -> None:
    found = refused(
        HEAD
        + """\
paths: {}
components:
  schemas:
    A: { $ref: '#/nowhere' }
    B: { items: { $ref: gone.yaml } }
    C: { $ref: 'https://example.org/c' }
    D: { $ref: b.yaml#/x }
""",
        {"b.yaml": "x: { not: { $ref: '#/y' } }\n"},
    )

    assert found == [
        "openapi.yaml:6 #/components/schemas/A/$ref refers to '#/nowhere', which leads nowhere: openapi.yaml# has no 'nowhere'",
        "openapi.yaml:7 #/components/schemas/B/items/$ref refers to 'gone.yaml', which cannot be read: No such file or directory",
        "openapi.yaml:8 #/components/schemas/C/$ref refers to 'https://example.org/c', which is not a file: keep a copy beside the contract,"
        " and refer to that",
        "b.yaml:1 #/x/not/$ref refers to '#/y', which leads nowhere: b.yaml# has no 'y'",
    ]


def test_references_that_go_in_circles_end() -> None:
    found = refused(
        HEAD
        + """\
paths: {}
components:
  schemas:
    A: { $ref: '#/components/schemas/A' }
    B: { $ref: '#/components/schemas/B/properties/b' }
    C: { properties: { c: { $ref: '#/components/schemas/C' } } }
"""
    )

    assert [item.partition(" refers")[0] for item in found] == [
        "openapi.yaml:6 #/components/schemas/A/$ref",
        "openapi.yaml:7 #/components/schemas/B/$ref",
    ]
    assert all("leads back to itself" in item for item in found)


def test_a_pointer_goes_by_what_stands_there_before_it_goes_by_references() -> None:
    document = load(
        HEAD
        + """\
paths: {}
components:
  schemas:
    A: { $ref: '#/components/schemas/A/$defs/inner', $defs: { inner: { type: integer } } }
    B: { $ref: '#/components/schemas/C' }
    C: { properties: { c: { type: string } } }
    D: { $ref: '#/components/schemas/B/properties/c' }
"""
    )

    assert document.follow("openapi.yaml", "#/components/schemas/A").resolved().value == {"type": "integer"}
    assert document.follow("openapi.yaml", "#/components/schemas/D").resolved().value == {"type": "string"}


def test_nodes_say_where_they_stand() -> None:
    document = load(HEAD + "paths: {}\ncomponents:\n  schemas:\n    'A b': { type: string }\n")
    node = document.follow("openapi.yaml", "#/components/schemas/A%20b")

    assert str(node.finding("is odd")) == "openapi.yaml:6 #/components/schemas/A b is odd"
    assert node.uri == "contract:///openapi.yaml#/components/schemas/A%20b"
    assert node.get("gone") is None
    assert list(document.root.at("paths").entries()) == []
    assert list(document.root.elements()) == []
    with pytest.raises(BrokenReference, match="leads nowhere"):
        document.follow("openapi.yaml", "#/gone")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.2.0", "openapi.yaml:1 #/openapi is '3.2.0'; OpenAPI 3.0 and 3.1 are understood"),
        ("openapi: 3.1", "openapi.yaml:1 #/openapi is the number 3.1; write it in quotes, and in full: '3.1.0'"),
        (
            "swagger: '2.0'",
            "openapi.yaml:1 #/openapi is Swagger 2.0; convert it first: npx swagger2openapi openapi.yaml --yaml --outfile openapi.yaml",
        ),
        ("info: {}", "openapi.yaml:1 #/openapi has no `openapi`; a contract starts with `openapi: 3.1.0`"),
        ("[]", "openapi.yaml:1 #/openapi is no object; a contract starts with `openapi: 3.1.0`"),
        ("3", "openapi.yaml:1 #/openapi is no object"),
        (
            "openapi: 3.1.0\njsonSchemaDialect: https://json-schema.org/draft/2019-09/schema\ninfo: {}",
            "openapi.yaml:2 #/jsonSchemaDialect is 'https://json-schema.org/draft/2019-09/schema'; schemas are read as JSON Schema 2020-12",
        ),
        ("openapi: 3.1.0\npaths: []\ninfo: {}", "openapi.yaml:2 #/paths is an array, and has to be an object"),
        (
            "openapi: 3.1.0\npaths: { /x: 1 }\ninfo: {}",
            "openapi.yaml:2 #/paths/~1x is a number, and has to be a Path Item Object",
        ),
        (
            "openapi: 3.1.0\ncomponents: true\ninfo: {}",
            "openapi.yaml:2 #/components is a boolean, and has to be a Components Object",
        ),
        ("openapi: 3.1.0\npaths: {}", "openapi.yaml:1 has no `info`; a contract has a title and a version"),
        ("openapi: 3.1.0\ninfo: Trips", "openapi.yaml:2 #/info is a text, and has to be an Info Object"),
    ],
)
def test_what_is_no_openapi_is_refused(text: str, message: str) -> None:
    assert refused(text)[0].startswith(message)


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.1", "3.1.0-rc1"])
def test_versions_of_3_0_and_3_1_are_understood(version: str) -> None:
    assert load(f"openapi: {version}\ninfo: {{}}\npaths: {{}}\n").version == version[:3]


def test_own_dialects_are_understood() -> None:
    text = "openapi: 3.1.0\ninfo: {}\njsonSchemaDialect: https://spec.openapis.org/oas/3.1/dialect/base\npaths: {}\ncomponents: { schemas: { S: "

    assert load(
        text + "{ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: x }}}\n".replace(", $id: x", "")
    )


def test_a_schema_file_may_say_what_its_address_is() -> None:
    document = load(
        HEAD + "paths: {}\ncomponents: { schemas: { S: { $ref: s.json } } }\n",
        {"s.json": '{"$id": "https://example.org/s.json", "$defs": {"A": {"type": "integer"}}, "$ref": "#/$defs/A"}'},
    )

    assert document.follow("openapi.yaml", "#/components/schemas/S").resolved().value == {"type": "integer"}


def test_a_contract_is_loaded_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "api" / "deep").mkdir(parents=True)
    root = tmp_path / "api" / "openapi.yaml"
    root.write_text(HEAD + "paths: {}\ncomponents: { schemas: { S: { $ref: 'deep/a b.yaml' } } }\n")
    (tmp_path / "api" / "deep" / "a b.yaml").write_text("$ref: ../../outside.yaml\n")
    (tmp_path / "outside.yaml").write_text("type: string\n")
    document = Document.load(root)

    assert list(document.sources) == ["openapi.yaml", "deep/a b.yaml", "../outside.yaml"]
    assert document.content == root.read_bytes()


@pytest.mark.parametrize(("path", "message"), [("gone.yaml", "No such file or directory"), ("", "Is a directory")])
def test_a_contract_that_cannot_be_read_says_why_without_naming_the_machine(
    tmp_path: Path, path: str, message: str
) -> None:
    with pytest.raises(ContractError) as info:
        Document.load(tmp_path / path)

    assert str(info.value.items[0]).endswith(message)
    assert str(tmp_path) not in str(info.value)


def test_a_reference_that_no_file_can_have_is_refused() -> None:
    found = refused(HEAD + 'paths: {}\ncomponents: { schemas: { S: { $ref: "a\\0b" } } }\n', {})

    assert "which cannot be read" in found[0]


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="cannot be read"):
        Document.load(tmp_path / "a\0b")


def test_a_contract_of_endlessly_many_files_is_refused() -> None:
    def fetch(name: str) -> bytes:
        if name == "openapi.yaml":
            return (HEAD + "paths: {}\ncomponents: { schemas: { S: { $ref: f1.yaml } } }\n").encode()
        number = int(name.removeprefix("f").removesuffix(".yaml"))
        return f"items: {{ $ref: f{number + 1}.yaml }}\n".encode()

    with pytest.raises(ContractError, match="which is file 5001 of one contract"):
        Document.read("openapi.yaml", fetch)


def test_the_digest_is_of_the_bytes_and_of_every_name() -> None:
    text = HEAD + "paths: {}\n"
    one = load(text)
    several = load(text + "components: { schemas: { S: { $ref: a.yaml } } }\n", {"a.yaml": "type: string\n"})
    renamed = load(text + "components: { schemas: { S: { $ref: b.yaml } } }\n", {"b.yaml": "type: string\n"})

    assert one.digest == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    assert len({one.digest, several.digest, renamed.digest}) == 3
