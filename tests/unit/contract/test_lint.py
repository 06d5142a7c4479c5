"""What linting says about documents that are known to be bad, and that it is silent about those that are good."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from switchover.contract import lint, select
from switchover.contract.lint.structure import _judge
from switchover.errors import ContractError
from unit.contract.documents import HEAD, HEAD_30, load

GOOD = (
    HEAD
    + """\
paths:
  /x:
    get:
      operationId: op
      parameters:
        - { name: q, in: query, schema: { type: string, default: a }, example: b }
      responses:
        '200':
          description: d
          headers:
            X-Trace-Id: { schema: { type: string }, examples: { one: { value: abc } } }
          content:
            application/json:
              schema: { $ref: '#/components/schemas/S' }
              examples: { one: { $ref: '#/components/examples/E' }, two: { externalValue: e.json } }
            text/csv: { schema: { type: integer }, example: 'a,b' }
components:
  examples: { E: { value: { a: 1 } } }
  schemas:
    S: { type: object, properties: { a: { type: integer, examples: [1, 2] } }, additionalProperties: false, example: { a: 3 } }
"""
)


def _schemas(text: str, head: str = HEAD) -> str:
    return head + "paths: {}\ncomponents:\n  schemas:\n" + "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("S: { type: string, enum: [a, b], x-unknown: c }", "must be one of the values that the schema lists"),
        ("S: { type: string, x-unknown: c }", "lists no values and no alternatives"),
        ("S: { type: string, enum: [a, b], x-unknown: b }", None),
        ("S: { type: string, enum: [a, b], x-unknown: null }", None),
        ("S: { oneOf: [{ type: object, required: [k], properties: { k: { const: a } } }, { type: 'null' }, "
         "{ type: object, required: [k], properties: { k: { const: b } } }], x-unknown: null }", None),
    ],
)  # fmt: skip
def test_a_fallback_is_a_value_that_readers_can_take(schema: str, expected: str | None) -> None:
    found = [str(finding) for finding in lint.fallbacks(load(_schemas(schema)))]

    assert len(found) == (expected is not None)
    assert expected is None or (expected in found[0] and "#/components/schemas/S/x-unknown" in found[0])


def test_a_good_document_is_passed_in_silence() -> None:
    document = load(GOOD)

    assert lint.structure(document) == []
    assert lint.traps(document) == []
    assert select(document).refusals == []
    assert lint.examples(document) == ([], 7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "openapi: 3.1.0\ninfo: { version: '1' }\npaths: {}\n",
            "openapi.yaml:2 #/info has no 'title', which is required",
        ),
        (HEAD + "paths: {}\nwrong: 1\n", "openapi.yaml:4 #/wrong is not known"),
        (
            HEAD + "paths:\n  /x:\n    get:\n      responses: { '200': {} }\n",
            "openapi.yaml:6 #/paths/~1x/get/responses/200 has no 'description', which is required",
        ),
        (
            HEAD + "paths:\n  /x:\n    parameters:\n      - { name: a, in: body }\n",
            "openapi.yaml:6 #/paths/~1x/parameters/0/in has to be one of query, header, path, cookie",
        ),
        (_schemas("S: { type: thing }"), "openapi.yaml:6 #/components/schemas/S/type is no type of JSON Schema"),
        (
            "openapi: 3.0.3\ninfo: { version: '1' }\npaths: {}\n",
            "openapi.yaml:2 #/info has no 'title', which is required",
        ),
        (
            HEAD_30 + "paths:\n  /x:\n    get:\n      responses: { '200': { description: 1 } }\n",
            "openapi.yaml:6 #/paths/~1x/get/responses/200",
        ),
        (_schemas("S: { type: string, minLength: -1 }", HEAD_30), "openapi.yaml:6 #/components/schemas/S"),
    ],
)
def test_a_document_of_the_wrong_structure_is_told_where(text: str, expected: str) -> None:
    found = [str(finding) for finding in lint.structure(load(text))]

    assert any(item.startswith(expected) for item in found), found


@pytest.mark.parametrize("head", [HEAD, HEAD_30])
def test_other_files_are_looked_at_as_what_they_are_referred_to_as(head: str) -> None:
    document = load(
        head + "paths:\n  /x: { $ref: x.yaml#/one }\n",
        {
            "x.yaml": """\
                one:
                  get:
                    operationId: op
                    wrong: 1
                    parameters: [{ $ref: '#/limit' }]
                    responses: { '204': { $ref: '#/done' } }
                done: {}
                limit: { name: l, in: query, schema: { type: integer } }
                other: { is: not looked at }
                """
        },
    )

    assert sorted(str(finding) for finding in lint.structure(document)) == [
        "x.yaml:4 #/one/get/wrong is not known",
        "x.yaml:7 #/done has no 'description', which is required",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Base: { type: object, properties: { a: {} }, additionalProperties: false }\n"
            "S: { allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, properties: { b: {} } }] }",
            "openapi.yaml:7 #/components/schemas/S forbids its own b: `additionalProperties: false` below allOf sees only",
        ),
        (
            "S: { type: object, required: [a, b], properties: { a: {} }, additionalProperties: false }",
            "openapi.yaml:6 #/components/schemas/S requires 'b' and allows no such member",
        ),
        (
            "S: { allOf: [{ type: string }, { type: integer }] }",
            "openapi.yaml:6 #/components/schemas/S allows no value at all: its types, enumerations or parts exclude each other",
        ),
        ("S: { type: integer, enum: [a] }", "openapi.yaml:6 #/components/schemas/S allows no value at all"),
        (
            "S: { type: object, properties: { a: { type: string, nullable: true } } }",
            "openapi.yaml:6 #/components/schemas/S/properties/a has `nullable`, which OpenAPI 3.1 does not know;",
        ),
        (
            "A: { type: object }\nB: { type: object }\n"
            "S: { oneOf: [{ $ref: '#/components/schemas/A' }], discriminator: { propertyName: k, mapping: { a: A, b: B } } }",
            "openapi.yaml:8 #/components/schemas/S/discriminator/mapping/b maps 'b' to a schema that is none of the alternatives",
        ),
    ],
)  # fmt: skip
def test_traps_are_named(text: str, expected: str) -> None:
    found = [str(finding) for finding in lint.traps(load(_schemas(text)))]

    assert len(found) == 1
    assert found[0].startswith(expected)


def test_what_3_0_ignores_beside_a_reference_is_named() -> None:
    text = "A: { type: string }\nS: { $ref: '#/components/schemas/A', nullable: true, description: d }"
    [found] = lint.traps(load(_schemas(text, HEAD_30)))

    assert str(found) == (
        "openapi.yaml:7 #/components/schemas/S has nullable beside `$ref`, which OpenAPI 3.0 ignores; put the reference into an `allOf`"
    )


def test_what_is_meant_is_no_trap() -> None:
    text = (
        "Base: { type: object, properties: { a: {} } }\n"
        "S: { allOf: [{ $ref: '#/components/schemas/Base' }], properties: { b: {} }, unevaluatedProperties: false }\n"
        "T: { type: object, required: [x1], patternProperties: { ^x: {} }, additionalProperties: false }\n"
        "U: { oneOf: [{ $ref: '#/components/schemas/V' }], discriminator: { propertyName: k, mapping: { a: Base } } }\n"
        "V: { $ref: '#/components/schemas/Base' }"
    )

    assert lint.traps(load(_schemas(text))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD.replace("example: b", "example: 3"), "openapi.yaml:8 #/paths/~1x/get/parameters/0/example breaks its schema: example has to be string"),
        (GOOD.replace("default: a", "default: 3"), "openapi.yaml:8 #/paths/~1x/get/parameters/0/schema/default breaks its schema: example has to be string"),
        (GOOD.replace("value: abc", "value: 1"), "openapi.yaml:13 #/paths/~1x/get/responses/200/headers/X-Trace-Id/examples/one/value breaks"),
        (GOOD.replace("value: { a: 1 }", "value: { a: x }"), "openapi.yaml:20 #/components/examples/E/value breaks its schema: example#/a has to be integer"),
        (GOOD.replace("examples: [1, 2]", "examples: [1, x]"), "openapi.yaml:22 #/components/schemas/S/properties/a/examples/1 breaks its schema"),
        (GOOD.replace("example: { a: 3 }", "example: { b: 3 }"), "openapi.yaml:22 #/components/schemas/S/example breaks its schema: example#/b is not known"),
    ],
)  # fmt: skip
def test_examples_that_break_their_schema_are_named(text: str, expected: str) -> None:
    [finding], _ = lint.examples(load(text))

    assert str(finding).startswith(expected)


@pytest.fixture
def without_the_schemas() -> Iterator[None]:
    """As if openapi-spec-validator were not installed."""
    names = [name for name in sys.modules if name.startswith("openapi_spec_validator")]
    kept = {name: sys.modules.pop(name) for name in names}
    sys.modules["openapi_spec_validator"] = None  # type: ignore[assignment]
    _judge.cache_clear()
    yield
    del sys.modules["openapi_spec_validator"]
    sys.modules.update(kept)


@pytest.mark.usefixtures("without_the_schemas")
def test_without_the_schemas_of_openapi_it_says_what_to_install() -> None:
    with pytest.raises(
        ContractError, match=r"\n.*openapi-spec-validator is not installed \(pip install 'switchover\[check\]'\)"
    ):
        lint.structure(load(GOOD))
