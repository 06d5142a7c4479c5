"""Parameters and their styles."""

from __future__ import annotations

from foreign.refusing import Refused

_POINTER = "/paths/~1x/get/parameters/0"


def _parameter(text: str, message: str) -> Refused:
    paths = f"""
    /x:
      get:
        operationId: op
        parameters:
          - {{ {text} }} # here
        responses: {{ '204': {{ description: d }} }}
    """
    return Refused(paths, _POINTER, message)


def _query(schema: str, message: str, more: str = "") -> Refused:
    return _parameter(f"name: q, in: query, schema: {{ {schema} }}{more}", f"is query.q{message}")


TABLE = {
    "a parameter without a place": _parameter(
        "name: q, schema: {}", "is no parameter; it needs a `name`, and `in` path"
    ),
    "a parameter with a name that Python cannot have": _parameter(
        "name: $, in: query, schema: { type: string }", "is query.$, whose name has neither letters nor digits"
    ),
    "a parameter without a schema": _parameter("name: q, in: query", "is query.q without `schema` and `content`"),
    "a parameter with two descriptions": _parameter(
        "name: q, in: query, schema: {}, content: { application/json: { schema: {} } }",
        "is query.q with both `schema` and `content`; it needs one of them",
    ),
    "a parameter whose content is no JSON": Refused(
        """
        /x:
          get:
            operationId: op
            parameters:
              - { name: q, in: query, content: { application/xml: { schema: {} } } } # here
            responses: { '204': { description: d } }
        """,
        f"{_POINTER}/content",
        "gives query.q content that is not JSON with a schema",
    ),
    "allowReserved": _query(
        "type: string", " with `allowReserved`; reserved characters are always", ", allowReserved: true"
    ),
    "a style of another place": _query(
        "type: string", " in style 'matrix', which OpenAPI does not have", ", style: matrix"
    ),
    "null alone": _query("type: 'null'", ", which may be null alone; a style writes a scalar"),
    "objects inside an array": _query(
        "type: array, items: { type: object }",
        " with object inside; styles write flat values: use `content: application/json`",
    ),
    "arrays inside an object": _query(
        "type: object, properties: { a: { type: array } }", " with array inside; styles write flat values"
    ),
    "an array of anything": _query("type: array", " with elements of any kind; say what they are"),
    "an array by position": _query(
        "type: array, prefixItems: [{ type: integer }], items: { type: integer }",
        " with elements that are named by position",
    ),
    "members of any name": _query(
        "type: object, additionalProperties: { type: string }", " with members of any name; name its properties"
    ),
    "one of several objects": _query(
        "oneOf: [{ type: object, required: [a] }, { type: object, required: [b] }]",
        ", which is one of several objects; a style does not say which",
    ),
    "an array as deepObject": _query(
        "type: array, items: { type: string }",
        " in style deepObject, which writes exploded objects alone",
        ", style: deepObject",
    ),
    "a deepObject that is not exploded": _query(
        "type: object, properties: { a: { type: string } }",
        " in style deepObject, which writes exploded objects alone",
        ", style: deepObject, explode: false",
    ),
    "a scalar with pipes": _query(
        "type: string",
        " in style pipeDelimited, which writes unexploded arrays and objects alone",
        ", style: pipeDelimited",
    ),
    "an exploded array in a cookie": _parameter(
        "name: c, in: cookie, schema: { type: array, items: { type: string } }",
        "is cookie.c, an exploded array in a cookie, which would be several cookies; say `explode: false`",
    ),
    "a header with a name that is none": _parameter(
        "name: 'X Y', in: header, schema: { type: string }", "is header.X Y, whose name HTTP cannot carry"
    ),
    "a parameter of the path that is optional": _parameter(
        "name: p, in: path, schema: { type: string }", "is path.p without `required: true`"
    ),
    "a parameter twice": Refused(
        """
        /x:
          get:
            operationId: op
            parameters:
              - { name: X-A, in: header, schema: { type: string } }
              - { name: x-a, in: header, schema: { type: string } } # here
            responses: { '204': { description: d } }
        """,
        "/paths/~1x/get/parameters/1",
        "is header.x-a for the second time",
    ),
    "a member that stands where a parameter does": Refused(
        """
        /x:
          get: # here
            operationId: op
            parameters:
              - { name: a, in: query, schema: { type: string } }
              - { name: o, in: query, schema: { type: object, properties: { a: { type: string } } } }
            responses: { '204': { description: d } }
        """,
        "/paths/~1x/get",
        "writes 'a' of query.o where query.a is written; give one of them another name",
    ),
    "a path without its parameter": Refused(
        """
        /x/{a}:
          get: # here
            operationId: op
            responses: { '204': { description: d } }
        """,
        "/paths/~1x~1{a}/get",
        "has {a} in its path and no parameter of that name",
    ),
    "a parameter without its path": Refused(
        """
        /x:
          get: # here
            operationId: op
            parameters: [{ name: a, in: path, required: true, schema: { type: string } }]
            responses: { '204': { description: d } }
        """,
        "/paths/~1x/get",
        "has the parameter path.a and no {a} in /x",
    ),
    "a parameter twice in a path": Refused(
        """
        /x/{a}/{a}:
          get: # here
            operationId: op
            parameters: [{ name: a, in: path, required: true, schema: { type: string } }]
            responses: { '204': { description: d } }
        """,
        "/paths/~1x~1{a}~1{a}/get",
        "has {a} twice in its path",
    ),
}
