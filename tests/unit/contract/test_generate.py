"""A contract as a Python package: the same text every time, and never somebody else's statements."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import livetrip_contract
from switchover import Contract
from switchover.contract import Document
from switchover.contract.generate import Target, differences, generate, write
from switchover.contract.generate.models import _last_line
from switchover.contract.generate.text import line, quoted
from switchover.errors import BindError, ContractError
from unit.contract.documents import HEAD, load

ROOT = Path(__file__).parents[3]
DONE = {"204": {"description": "Done."}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def of(paths: dict[str, Any], schemas: dict[str, Any] | None = None, title: str = "Test") -> Document:
    value = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas or {}},
    }
    return Document.read("openapi.json", lambda _: json.dumps(value).encode())


def one(
    operation: dict[str, Any], schemas: dict[str, Any] | None = None, path: str = "/x", title: str = "Test"
) -> Document:
    return of({path: {"post": {"operationId": "op", "responses": DONE, **operation}}}, schemas, title)


def returning(schema: Any, schemas: dict[str, Any] | None = None) -> Document:
    return one(
        {"responses": {"200": {"description": "d", "content": {"application/json": {"schema": schema}}}}}, schemas
    )


def port_of(document: Document, **options: Any) -> str:
    return generate(document, Target("Port", **options))["port.py"].decode()


def signature(document: Document) -> str:
    [method] = [node for node in ast.walk(ast.parse(port_of(document))) if isinstance(node, ast.AsyncFunctionDef)]
    return f"({ast.unparse(method.args)}) -> {ast.unparse(method.returns)}" if method.returns else ""


@pytest.fixture
def package(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Writes a package, and imports it."""
    sys.path.insert(0, str(tmp_path))
    name = f"package_{abs(hash(request.node.name))}"

    def made(document: Document, target: Target | None = None) -> Any:
        write(tmp_path / name, generate(document, target or Target("Port")))
        return importlib.import_module(name)

    yield made
    sys.path.remove(str(tmp_path))
    for module in [module for module in sys.modules if module.split(".")[0] == name]:
        del sys.modules[module]


def test_the_package_of_live_trip_is_current() -> None:
    document = Document.load(ROOT / "openapi" / "openapi.yaml")
    folder = Path(livetrip_contract.__file__).parent

    assert differences(folder, generate(document, Target("LiveTrip"))) == []


def test_the_text_is_the_same_in_every_process_and_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.datamodel-codegen]\noutput-model-type = "dataclasses.dataclass"\n')
    (tmp_path / "enum.py").write_text("raise SystemExit('found in the current folder')\n")
    program = (
        "import hashlib, sys\n"
        "from switchover.contract import Document\n"
        "from switchover.contract.generate import Target, generate\n"
        "files = generate(Document.load(sys.argv[1]), Target('LiveTrip'))\n"
        "print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest())\n"
    )
    contract = str(ROOT / "openapi" / "openapi.yaml")
    found = {
        subprocess.run(
            [sys.executable, "-P", "-c", program, contract],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(found) == 1


def test_edits_leftovers_and_missing_files_are_noticed(tmp_path: Path) -> None:
    files = generate(returning(ref("S"), {"S": {"type": "string"}}), Target("Port"))
    (tmp_path / "own.py").write_text("# somebody's own module\n")

    assert differences(tmp_path, files) == list(files)
    assert write(tmp_path, files) == list(files)
    assert differences(tmp_path, files) == []

    (tmp_path / "port.py").write_bytes(files["port.py"] + b"\n")
    (tmp_path / "models.py").unlink()
    (tmp_path / "openapi" / "old").mkdir()
    (tmp_path / "openapi" / "old" / "part.yaml").write_text("{}")
    assert differences(tmp_path, files) == ["models.py", "port.py", "openapi/old/part.yaml"]
    assert write(tmp_path, files) == ["models.py", "port.py", "openapi/old/part.yaml"]
    assert differences(tmp_path, files) == []
    assert (tmp_path / "own.py").is_file()


NASTY = 'A """quoted""" \\ back\\slash\x00 text\n\n"""\nimport os\n"""'


def test_nobodys_text_becomes_a_statement(package: Any) -> None:
    problem = {"properties": {"code": {"const": 'a"\n"""b'}, 'with "': {"type": "string"}}}
    operation = {
        "summary": NASTY,
        "description": NASTY,
        "responses": {
            **DONE,
            "404": {"description": NASTY, "content": {"application/json": {"schema": problem}}},
        },
    }
    document = one(
        operation,
        {"S": {"type": "object", "description": NASTY, "properties": {"a": {"description": NASTY}}}},
        title=NASTY,
    )
    module = package(document)

    for name in ("port", "errors", "models", "__init__"):
        tree = ast.parse(Path(module.__file__).with_name(f"{name}.py").read_text("utf-8"))
        assert not any(
            alias.name == "os" for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        )
    [error] = module.PortError.__subclasses__()
    assert error.code == 'a"\n"""b'
    port: Any = Contract(document).bind(module.Port, errors=module.PortError)
    assert list(port.plans) == ["op"]


def test_texts_are_made_harmless() -> None:
    assert line('a """b"""\nc\\d\x07') == "a '''b''' c\\\\d"
    assert quoted('a"\n') == '"a\\"\\n"'
    assert quoted("größe") == '"größe"'


NAMES = [
    "Field",
    "BaseModel",
    "Enum",
    "date",
    "List",
    "None",
    "exception",
    "Port",
    "PortError",
    "Caller",
    "trip_list",
    "tripList",
    "2fa",
    "größe",
]


def test_schemas_may_be_called_anything(package: Any) -> None:
    schemas = {name: {"type": "object", "properties": {"a": {"type": "string", "format": "date"}}} for name in NAMES}
    module = package(of({}, schemas))

    assert len(module.__all__) == len(NAMES) + len(["CONTRACT", "Port", "PortError"])
    assert {
        "FieldModel",
        "BaseModelModel",
        "ExceptionModel",
        "ModelNone",
        "TripList",
        "TripList2",
        "Model2fa",
        "Port2",
        "CallerModel",
    } < set(module.__all__)


def test_members_may_be_called_anything(package: Any) -> None:
    names = [
        "json",
        "copy",
        "model_config",
        "class",
        "1st",
        "a-b",
        "self",
        "_x",
        "fooBar",
        "foo_bar",
        "",
        "None",
        "größe",
        "$ref",
        "date",
    ]
    schema = {"type": "object", "required": names, "properties": {name: {"type": "integer"} for name in names}}
    document = returning(ref("S"), {"S": schema})
    module = package(document)
    made = module.S.model_validate({name: index for index, name in enumerate(names)})

    assert json.loads(made.model_dump_json(by_alias=True)) == {name: index for index, name in enumerate(names)}
    Contract(document).bind(module.Port)


def test_codes_may_be_anything(package: Any) -> None:
    codes = ["value_error", "none", "404", "Trip", "trip", "a b", "größe", "port_error", "not_found"]
    members = {
        name: {"type": "string"} for name in ("args", "self", "detail_", "class", "waitSeconds", "with_traceback")
    }
    schema = {"required": ["waitSeconds"], "properties": {"code": {"enum": codes}, **members}}
    document = one(
        {
            "responses": {
                **DONE,
                "409": {"description": "d", "content": {"application/problem+json": {"schema": schema}}},
            }
        },
        {"Trip": {"type": "object", "properties": {}}},
    )
    module = package(document)
    classes = {cls.code: cls for cls in module.PortError.__subclasses__()}

    assert sorted(classes) == sorted(set(codes) - {"not_found"})
    assert {cls.__name__ for cls in classes.values()} >= {
        "ValueErrorFailure",
        "ModelNone",
        "Model404",
        "Trip2",
        "Trip3",
        "PortError2",
    }
    raised = classes["a b"]("text", wait_seconds="3", args_="x")
    assert (str(raised), raised.status, raised.wait_seconds, raised.args_) == ("text", 409, "3", "x")
    Contract(document).bind(module.Port, errors=module.PortError)


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ({"type": "string"}, "str"),
        ({"type": ["integer", "null"]}, "int | None"),
        ({"type": "number"}, "float"),
        ({"type": "string", "format": "uuid"}, "UUID"),
        ({"enum": ["a", True]}, "OpAnswer"),
        ({"type": "string", "enum": ["a", "b'"]}, "Literal['a', \"b'\"]"),
        ({"enum": [1.5]}, "OpAnswer"),
        ({"type": "array", "items": {"type": "string", "format": "date"}}, "list[date]"),
        ({"type": ["array", "null"], "items": ref("S")}, "list[S] | None"),
        ({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}}, "OpAnswer"),
        ({}, "JsonValue"),
        (True, "JsonValue"),
        (ref("S"), "S"),
        ({"$ref": "#/components/schemas/S", "description": "d", "x-note": 1}, "S"),
        ({"$ref": "#/components/schemas/S", "required": ["a"]}, "OpAnswer"),
        ({"anyOf": [ref("S"), {"type": "null"}]}, "S | None"),
        ({"oneOf": [{"type": "null"}, {"type": "array", "items": ref("S")}]}, "list[S] | None"),
        ({"anyOf": [ref("S"), {"type": "string"}]}, "OpAnswer"),
        ({"type": "object", "properties": {"a": {}}}, "OpAnswer"),
    ],
)
def test_schemas_become_annotations(schema: Any, annotation: str) -> None:
    assert signature(returning(schema, {"S": {"type": "object", "properties": {"a": {}}}})) == f"(self) -> {annotation}"


def test_nullable_of_3_0_becomes_an_annotation() -> None:
    text = """\
        openapi: 3.0.3
        info: {{ title: t, version: '1' }}
        paths:
          /x:
            get:
              operationId: op
              responses:
                '200': {{ description: d, content: {{ application/json: {{ schema: {schema} }} }} }}
        components: {{ schemas: {{ S: {{ type: object, nullable: true, properties: {{ a: {{ type: string, nullable: true }} }} }},
                                   T: {{ type: object, properties: {{ a: {{ type: string }} }} }} }} }}
        """

    assert signature(
        load(text.format(schema="{ nullable: true, allOf: [{ $ref: '#/components/schemas/S' }] }"))
    ).endswith("S | None")
    assert signature(load(text.format(schema="{ $ref: '#/components/schemas/S' }"))).endswith("-> S | None")
    assert signature(load(text.format(schema="{ $ref: '#/components/schemas/T', nullable: true }"))).endswith("-> T")


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ([("a", "query", {"type": "string"}, False)], "self, *, a: str | None=None"),
        ([("a", "query", {"type": "string"}, True)], "self, *, a: str"),
        ([("a", "query", {"type": "integer", "default": 3}, False)], "self, *, a: int=3"),
        ([("a", "query", {"type": "integer", "default": 3}, True)], "self, *, a: int"),
        ([("a", "query", {"type": ["string", "null"], "default": None}, False)], "self, *, a: str | None=None"),
        ([("a", "query", {"type": "string", "enum": ["x"], "default": "x"}, False)], "self, *, a: Literal['x']='x'"),
        ([("a", "query", {"$ref": "#/components/schemas/E", "default": "x"}, False)], "self, *, a: E=E('x')"),
        ([("a", "query", {"type": "string", "format": "date", "default": "2026-01-01"}, False)], "self, *, a: date"),
        (
            [("a", "query", {"type": "array", "items": {"type": "string"}, "default": ["x"]}, False)],
            "self, *, a: list[str]",
        ),
        (
            [("b", "query", {"type": "integer", "default": 1}, False), ("a", "query", {"type": "string"}, True)],
            "self, *, a: str, b: int=1",
        ),
        (
            [("id", "path", {"type": "string"}, True), ("ID", "query", {"type": "string"}, True)],
            "self, id: str, *, query_id: str",
        ),
        ([("self", "header", {"type": "string"}, False)], "self, *, header_self: str | None=None"),
        ([("Idempotency-Key", "header", {"type": "string"}, False)], "self"),
        ([("class", "query", {"type": "boolean", "default": True}, False)], "self, *, class_: bool=True"),
    ],
)
def test_parameters_become_arguments(
    parameters: list[tuple[str, str, Any, bool]], arguments: str, package: Any
) -> None:
    listed = [
        {"name": name, "in": place, "schema": schema, "required": required}
        for name, place, schema, required in parameters
    ]
    path = "/x" + "".join(f"/{{{name}}}" for name, place, _, _ in parameters if place == "path")
    document = one({"parameters": listed}, {"E": {"type": "string", "enum": ["x", "y"]}}, path)

    assert signature(document) == f"({arguments}) -> None"
    assert Contract(document).bind(package(document).Port).plans


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ({"required": True, "content": {"application/json": {"schema": ref("S")}}}, "self, s: S"),
        ({"content": {"application/json": {"schema": ref("S")}}}, "self, s: S | None=None"),
        ({"required": True, "content": {"application/json": {"schema": {"type": "integer"}}}}, "self, body: int"),
        (
            {"required": True, "content": {"application/json": {"schema": {"properties": {"a": {}}}}}},
            "self, op_body: OpBody",
        ),
        ({"required": True, "content": {"text/plain": {}}}, "self, body: str"),
        ({"content": {"application/octet-stream": {}}}, "self, body: bytes | None=None"),
    ],
)
def test_bodies_become_arguments(body: Any, arguments: str) -> None:
    assert (
        signature(one({"requestBody": body}, {"S": {"type": "object", "properties": {}}})) == f"({arguments}) -> None"
    )


def test_a_body_whose_name_is_taken_has_another() -> None:
    parameters = [{"name": "s", "in": "path", "required": True, "schema": {"type": "string"}}]
    body = {"required": True, "content": {"application/json": {"schema": ref("S")}}}
    schemas = {"S": {"type": "object", "properties": {}}}

    assert (
        signature(one({"parameters": parameters, "requestBody": body}, schemas, "/x/{s}"))
        == "(self, s: str, body: S) -> None"
    )


def test_several_answers_are_a_union() -> None:
    responses = {
        "200": {"description": "d", "content": {"application/json": {"schema": {"properties": {"a": {}}}}}},
        "202": {"description": "d", "content": {"text/plain": {}}},
        "204": {"description": "d"},
    }

    assert signature(one({"responses": responses})) == "(self) -> OpAnswer200 | str | None"


def test_plain_methods_and_a_caller_of_ones_own() -> None:
    document = load(
        HEAD
        + """\
paths: { /x: { post: { operationId: op, security: [{ service: [], caller: [] }], responses: { '204': { description: d } } } } }
components:
  securitySchemes:
    service: { type: http, scheme: bearer }
    caller: { type: apiKey, in: header, name: X-Switchover-Caller }
"""
    )

    assert "    def op(self, caller: Caller) -> None:" in port_of(document, is_async=False)
    own = port_of(document, caller="shop.people:Customer")
    assert "from shop.people import Customer" in own
    assert "async def op(self, caller: Customer) -> None:" in own
    assert "class Caller" not in own
    assert "_UNUSABLE" not in own


def test_security_that_names_no_caller_asks_for_none() -> None:
    document = load(
        HEAD
        + """\
paths: { /x: { post: { operationId: op, security: [{ service: [] }], responses: { '204': { description: d } } } } }
components: { securitySchemes: { service: { type: http, scheme: bearer } } }
"""
    )

    text = port_of(document)
    assert "async def op(self) -> None:" in text
    assert "class Caller" not in text
    assert "async def op(self, caller: Customer) -> None:" in port_of(document, caller="shop.people:Customer")


def test_a_form_with_files_has_an_argument_for_each_member() -> None:
    properties = {
        "caption": {"type": "string"},
        "photo": {"type": "string", "format": "binary"},
        "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
    }
    schema = {"type": "object", "required": ["photo"], "properties": properties}
    form = one({"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}})

    text = port_of(form)
    assert "from switchover import Upload" in text
    assert "(self, *, photo: Upload, caption: str | None = None, more: list[Upload] | None = None) -> None:" in text


def test_a_form_without_files_is_a_model() -> None:
    schema = {"type": "object", "properties": {"caption": {"type": "string"}}}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}

    assert signature(one({"requestBody": {"required": True, "content": content}})) == "(self, op_body: OpBody) -> None"


def test_a_schema_that_requires_what_one_direction_leaves_out_is_two_models() -> None:
    content = {"application/json": {"schema": ref("Pet")}}
    answers = {"200": {"description": "d", "content": content}}
    schemas = {
        "Pet": {
            "type": "object",
            "required": ["id", "tag"],
            "properties": {"id": {"type": "integer", "readOnly": True}, "tag": {"$ref": "#/components/schemas/Tag"}},
        },
        "Tag": {"type": "object", "properties": {"name": {"type": "string"}}},
    }
    document = one({"requestBody": {"required": True, "content": content}, "responses": answers}, schemas)
    files = generate(document, Target("Pets"))

    assert b"async def op(self, pet_request: PetRequest) -> Pet:" in files["port.py"]
    models = files["models.py"].decode()
    assert "class TagRequest" not in models
    assert "id: int | None = None" in models.partition("class PetRequest")[2].partition("class ")[0]
    assert "id: int\n" in models.partition("class Pet(")[2].partition("class ")[0]


def test_long_signatures_have_a_line_for_each_argument() -> None:
    listed = [{"name": f"argument{index}", "in": "query", "schema": {"type": "string"}} for index in range(9)]

    assert "\n        argument8: str | None = None,\n    ) -> None:" in port_of(one({"parameters": listed}))


def test_defaults_are_of_the_type_of_their_field(package: Any) -> None:
    defaults: dict[str, tuple[dict[str, Any], Any]] = {
        "enum": ({**ref("E")}, "x"),
        "day": ({"type": "string", "format": "date"}, "2026-01-02"),
        "days": ({"type": "array", "items": {"type": "string", "format": "date"}}, ["2026-01-02"]),
        "point": ({**ref("P")}, {"x": 1}),
        "alias": ({**ref("A")}, "abc"),
        "text": ({"type": "string"}, "a\"'\\"),
        "number": ({"type": "number"}, 1),
        "none": ({"type": ["string", "null"], "format": "date"}, None),
        "words": ({"type": "array", "items": {"type": "string"}}, []),
    }
    schemas: dict[str, Any] = {
        "E": {"type": "string", "enum": ["x", "y"]},
        "P": {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}},
        "A": {"type": "string", "minLength": 1},
        "S": {
            "type": "object",
            "properties": {name: {**schema, "default": value} for name, (schema, value) in defaults.items()},
        },
        "T": {"type": "object", "properties": {"alias": {**ref("A"), "default": "abc"}}},
    }
    module = package(of({}, schemas))
    made = module.S()

    assert json.loads(made.model_dump_json(warnings="error")) == {name: value for name, (_, value) in defaults.items()}
    assert "validate_default" not in module.T.model_config


def test_a_contract_of_which_nothing_is_left_is_refused_with_every_reason() -> None:
    document = load(
        HEAD
        + "paths:\n  /x:\n    get: { responses: {} }\n    trace: { operationId: a, responses: { '204': { description: d } } }\n"
    )

    with pytest.raises(
        ContractError, match=r"openapi.yaml uses what cannot be honoured:\n.*getX: .* no success.*\n.*a: .*TRACE"
    ):
        generate(document, Target("Port"))


def test_what_the_model_generator_says_is_passed_on() -> None:
    assert _last_line("a\nModuleNotFoundError: No module named 'datamodel_code_generator'\n") == (
        "datamodel-code-generator is not installed (pip install 'switchover[generate]')"
    )
    assert _last_line("Traceback\nValueError: odd\n\n") == "ValueError: odd"
    assert _last_line(" \n") == "without a word"


def test_a_contract_of_nothing_is_a_package_of_nothing(package: Any) -> None:
    module = package(load(HEAD + "paths: {}\n"))

    assert module.__all__ == ["CONTRACT", "Port", "PortError"]
    assert module.CONTRACT == "openapi/openapi.yaml"
    with pytest.raises(BindError):
        Contract(
            load(HEAD + "paths: { /x: { get: { operationId: a, responses: { '204': { description: d } } } } }")
        ).bind(module.Port)
