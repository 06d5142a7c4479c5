"""Operations and answers."""

from __future__ import annotations

from foreign.refusing import Refused

_DONE = "responses: { '204': { description: Done. } }"

TABLE = {
    "paths that differ in names only": Refused(
        """
        /x/{a}:
          parameters: [{ name: a, in: path, required: true, schema: { type: string } }]
          get: { operationId: op, responses: { '204': { description: d } } }
        /x/{b}:
          parameters: [{ name: b, in: path, required: true, schema: { type: string } }]
          get: { operationId: other, responses: { '204': { description: d } } } # here
        """,
        "/paths/~1x~1{b}/get",
        "has the address of op (GET /x/{a}) at openapi.yaml:6 #/paths/~1x~1{a}/get",
    ),
    "a TRACE": Refused(
        f"""
        /x:
          trace: # here
            operationId: op
            {_DONE}
        """,
        "/paths/~1x/trace",
        "is a TRACE, which services do not answer",
    ),
    "a segment that is half a parameter": Refused(
        f"""
        /x/{{a}}.{{b}}: # here
          get:
            operationId: op
            {_DONE}
        """,
        "/paths/~1x~1{a}.{b}",
        "has the segment '{a}.{b}'; a parameter fills a whole segment of a path, or none",
    ),
    "a segment that a URL does not have": Refused(
        f"""
        /caf\u00e9: # here
          get:
            operationId: op
            {_DONE}
        """,
        "/paths/~1caf\u00e9",
        "has the segment 'caf\u00e9'; a segment is made of letters, digits and",
    ),
    "a segment of dots": Refused(
        f"""
        /x/../y: # here
          get:
            operationId: op
            {_DONE}
        """,
        "/paths/~1x~1..~1y",
        "has the segment '..'",
    ),
    "a path with a query": Refused(
        f"""
        /x?y=1: # here
          get:
            operationId: op
            {_DONE}
        """,
        "/paths/~1x?y=1",
        "is the path '/x?y=1'; a query belongs into `parameters`",
    ),
    "a path without a slash": Refused(
        f"""
        x: # here
          get:
            operationId: op
            {_DONE}
        """,
        "/paths/x",
        "is the path 'x'; a path starts with '/'",
    ),
    "members beside the reference of a path": Refused(
        """
        /x: # here
          $ref: a.yaml
          parameters: []
        """,
        "/paths/~1x",
        "has parameters beside `$ref`, which may mean either; move them to where it leads",
        files={"a.yaml": f"get: {{ operationId: op, {_DONE} }}\n"},
    ),
    "a status that is none": Refused(
        """
        /x:
          get:
            operationId: op
            responses:
              2xx: { description: d } # here
        """,
        "/paths/~1x/get/responses/2xx",
        "is the response for '2xx'; a status is three digits, 2XX or default",
    ),
    "no success": Refused(
        """
        /x:
          get: # here
            operationId: op
            responses: { '404': { description: d } }
        """,
        "/paths/~1x/get",
        "documents no success; add a response for 200, 201 or 204",
    ),
}
