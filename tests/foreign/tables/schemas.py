"""Schemas that are none, or that say what cannot be honoured."""

from __future__ import annotations

from foreign.refusing import Refused

_POINTER = "/paths/~1x/post/requestBody/content/application~1json/schema"


def _schema(text: str, message: str, pointer: str = "", version: str = "3.1.0") -> Refused:
    paths = f"""
    /x:
      post:
        operationId: op
        requestBody: {{ content: {{ application/json: {{ schema: {{ {text} }} }} }} }} # here
        responses: {{ '204': {{ description: d }} }}
    """
    return Refused(paths, _POINTER + pointer, message, version=version)


def _circle(a: str, where: str, pointer: str, b: str = "type: string") -> Refused:
    paths = """
    /x:
      get:
        operationId: op
        responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } }
    """
    lines = [f"{name}: {{ {text} }}{' # here' if name == where else ''}" for name, text in (("A", a), ("B", b))]
    components = "schemas:\n" + "\n".join(f"  {line}" for line in lines)
    return Refused(
        paths, f"/components/schemas/{where}{pointer}", "applies itself to the same value, without end", components
    )


TABLE = {
    "a type that is none": _schema("type: file", "is no type of JSON Schema; there are array, boolean", "/type"),
    "a pattern that is none": _schema("type: string, pattern: '['", "is no regular expression (ECMA-262)", "/pattern"),
    "a bound that is a text": _schema(
        "type: string, minLength: '3'", "is not what `minLength` takes: it has to be integer", "/minLength"
    ),
    "an exclusive bound of 3.0": _schema(
        "type: integer, minimum: 1, exclusiveMinimum: true",
        "is not what `exclusiveMinimum` takes: it has to be number",
        "/exclusiveMinimum",
    ),
    "required as in JSON Schema 3": _schema(
        "type: object, properties: { a: { type: string, required: true } }",
        "is not what `required` takes: it has to be array",
        "/properties/a/required",
    ),
    "a mistake inside a composition": _schema(
        "allOf: [{ items: { enum: one } }]", "is not what `enum` takes: it has to be array", "/allOf/0/items/enum"
    ),
    "a mistake in a schema of 3.0": _schema(
        "type: string, nullable: true, maxLength: -1", "is not what `maxLength` takes: it", "/maxLength", "3.0.3"
    ),
    "a discriminator without alternatives": _schema(
        "type: object, properties: { kind: { type: string } }, discriminator: { propertyName: kind }",
        "is a discriminator without alternatives, so subtypes would be cut down to this schema; name them in `oneOf`",
        "/discriminator",
    ),
    "several types in 3.0": _schema(
        "type: [string, 'null']",
        "is an array; a schema of OpenAPI 3.0 has one type, and `nullable: true` beside it",
        "/type",
        "3.0.3",
    ),
    "a schema that is part of itself": _circle("allOf: [{ $ref: '#/components/schemas/A' }]", "A", "/allOf/0"),
    "a schema that is one of its own alternatives": _circle(
        "oneOf: [{ $ref: '#/components/schemas/B' }, { type: string }]",
        "B",
        "/anyOf/0",
        "anyOf: [{ $ref: '#/components/schemas/A' }]",
    ),
    "a schema that forbids itself": _circle("not: { $ref: '#/components/schemas/A' }", "A", "/not"),
    "a subtype that is an alternative of what it extends": _circle(
        "oneOf: [{ $ref: '#/components/schemas/B' }], discriminator: { propertyName: kind }",
        "B",
        "/allOf/0",
        "allOf: [{ $ref: '#/components/schemas/A' }], properties: { kind: { type: string } }",
    ),
    "a mistake in a failure": Refused(
        """
        /x:
          get:
            operationId: op
            responses:
              '204': { description: d }
              '404': { description: d, content: { application/json: { schema: { type: problem } } } } # here
        """,
        "/paths/~1x/get/responses/404/content/application~1json/schema/type",
        "is no type of JSON Schema",
    ),
}
