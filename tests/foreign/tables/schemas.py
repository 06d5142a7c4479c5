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
