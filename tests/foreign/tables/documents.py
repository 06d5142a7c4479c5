"""Files, references and structure."""

from __future__ import annotations

from foreign.refusing import Refused

_GET = """
/x:
  get:
    operationId: op
    responses:
      '200': {{ description: d, content: {{ application/json: {{ schema: {schema} }} }} }} # here
"""
_SCHEMA = "/paths/~1x/get/responses/200/content/application~1json/schema"


def _refers(reference: str, message: str, **more: object) -> Refused:
    paths = _GET.format(schema=f"{{ $ref: {reference!r} }}")
    return Refused(paths, f"{_SCHEMA}/$ref", f"refers to {reference!r}, which {message}", **more)  # type: ignore[arg-type]


TABLE = {
    "a reference to the network": _refers(
        "https://example.org/a.yaml#/b", "is not a file: keep a copy beside the contract, and refer to that"
    ),
    "a reference to another scheme": _refers("urn:example:a", "is not a file: keep a copy beside the contract"),
    "a reference without a scheme": _refers("//example.org/a.yaml", "is not a file: keep a copy beside the contract"),
    "an absolute path": _refers(
        "/etc/hosts#/a", "is an absolute path; files are found relative to the one that refers"
    ),
    "an anchor": _refers("#somewhere", "names an anchor; only JSON Pointers are followed, as in '#/components/…'"),
    "a wrong escape": _refers("#/a~2b", "has a '~' that is neither '~0' nor '~1'"),
    "a pointer that is not UTF-8": _refers("#/%FF", "is percent-encoded, and not UTF-8"),
    "a file that is missing": _refers("gone.yaml#/a", "cannot be read: No such file or directory"),
    "a pointer that leads nowhere": _refers(
        "#/components/schemas/Gone", "leads nowhere: openapi.yaml# has no 'components'"
    ),
    "an index that leads nowhere": _refers(
        "a.yaml#/list/01", "leads nowhere: a.yaml#/list has no '01'", files={"a.yaml": "list: [{}, {}]\n"}
    ),
    "a file that is no YAML": _refers("a.yaml", "cannot be used", files={"a.yaml": "a: [\n"}),
    "the file that is no YAML itself": Refused(
        _GET.format(schema="{ $ref: a.yaml }").replace(" # here", ""),
        "/a",
        "is there twice, first in line 1",
        files={"a.yaml": "a: 1\na: 2 # here\n"},
        file="a.yaml",
    ),
    "references in a circle": Refused(
        _GET.format(schema="{ $ref: '#/components/schemas/A' }").replace(" # here", ""),
        "/components/schemas/A/$ref",
        "refers to '#/components/schemas/B', which leads back to itself",
        components="""
        schemas:
          A: { $ref: '#/components/schemas/B' } # here
          B: { $ref: '#/components/schemas/A' }
        """,
    ),
    "a reference that is no text": Refused(
        _GET.format(schema="{ $ref: 5 }"), _SCHEMA, "has a `$ref` that is a number; a reference is a text"
    ),
    "a dynamic reference": Refused(
        _GET.format(schema="{ $dynamicRef: '#node' }"),
        f"{_SCHEMA}/$dynamicRef",
        "is a reference that depends on who refers; use $ref",
    ),
    "an address inside a file": Refused(
        _GET.format(schema="{ $id: 'https://example.org/s', type: string }"),
        f"{_SCHEMA}/$id",
        "gives a part of a file an address of its own; references are followed by file",
    ),
    "another JSON Schema": Refused(
        _GET.format(schema="{ $schema: 'http://json-schema.org/draft-07/schema#', type: string }"),
        f"{_SCHEMA}/$schema",
        "is 'http://json-schema.org/draft-07/schema#'; schemas are read as JSON Schema 2020-12",
    ),
    "an operation that is a list": Refused(
        """
        /x:
          get: [] # here
        """,
        "/paths/~1x/get",
        "is an array, and has to be an Operation Object",
    ),
    "parameters that are an object": Refused(
        """
        /x:
          get:
            operationId: op
            parameters: {} # here
            responses: { '204': { description: d } }
        """,
        "/paths/~1x/get/parameters",
        "is an object, and has to be an array",
    ),
    "a schema that is a text": Refused(
        _GET.format(schema="string"),
        _SCHEMA,
        "is a text, and a schema is an object",
    ),
    "content that is empty": Refused(
        """
        /x:
          get:
            operationId: op
            responses:
              '200':
                description: d
                content: # here
        """,
        "/paths/~1x/get/responses/200/content",
        "is empty, and has to be an object",
    ),
    "a discriminator that maps to nothing": Refused(
        _GET.format(
            schema="{ oneOf: [{ type: object }], discriminator: { propertyName: k, mapping: { a: Gone } } }",
        ),
        f"{_SCHEMA}/discriminator/mapping/a",
        "refers to 'Gone', which is the name of no schema in components",
    ),
    "a discriminator that maps to no file": Refused(
        _GET.format(
            schema="{ oneOf: [{ type: object }], discriminator: { propertyName: k, mapping: { a: gone.yaml } } }",
        ),
        f"{_SCHEMA}/discriminator/mapping/a",
        "refers to 'gone.yaml', which cannot be read: No such file or directory",
    ),
}
