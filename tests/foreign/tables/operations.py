"""Operations and answers."""

from __future__ import annotations

from foreign.refusing import Refused

_DONE = "responses: { '204': { description: Done. } }"

TABLE = {
    "an operation without an id": Refused(
        f"""
        /x:
          get: # here
            {_DONE}
        """,
        "/paths/~1x/get",
        "has no `operationId`; it names the method that answers",
    ),
    "an operation id that is no name": Refused(
        f"""
        /x:
          get: # here
            operationId: '***'
            {_DONE}
        """,
        "/paths/~1x/get",
        "has the `operationId` '***', which is no name; it names the method that answers",
    ),
    "an operation id that starts with a digit": Refused(
        f"""
        /x:
          get: # here
            operationId: '123'
            {_DONE}
        """,
        "/paths/~1x/get",
        "has the `operationId` '123', which does not start with a letter, as a name in Python does",
    ),
    "operation ids that differ in case style only": Refused(
        f"""
        /x:
          get: {{ operationId: op, {_DONE} }}
        /y:
          get: {{ operationId: O-P, {_DONE} }} # here
        """,
        "/paths/~1y/get",
        "has the operationId of op (GET /x) at openapi.yaml:5 #/paths/~1x/get",
    ),
    "paths that differ in names only": Refused(
        """
        /x/{a}:
          parameters: [{ name: a, in: path, required: true, schema: { type: string } }]
          get: { operationId: op, responses: { '204': { description: d } } }
        /x/{b}/:
          parameters: [{ name: b, in: path, required: true, schema: { type: string } }]
          get: { operationId: other, responses: { '204': { description: d } } } # here
        """,
        "/paths/~1x~1{b}~1/get",
        "has the address of op (GET /x/{a}) at openapi.yaml:6 #/paths/~1x~1{a}/get",
    ),
    "callbacks": Refused(
        f"""
        /x:
          post:
            operationId: op
            callbacks: # here
              done: {{ '{{$request.body#/url}}': {{ post: {{ {_DONE} }} }} }}
            {_DONE}
        """,
        "/paths/~1x/post/callbacks",
        "are `callbacks`; a call that the service makes is an operation of another contract",
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
    "a redirect": Refused(
        """
        /x:
          get:
            operationId: op
            responses:
              '204': { description: d }
              '302': { description: Elsewhere. } # here
        """,
        "/paths/~1x/get/responses/302",
        "answers 302; a call ends with a result (2xx) or a failure (4xx, 5xx)",
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
            responses: { default: { description: d } }
        """,
        "/paths/~1x/get",
        "documents no success; add a response for 200, 201 or 204",
    ),
    "an answer with a header that it needs": Refused(
        """
        /x:
          get:
            operationId: op
            responses:
              '204':
                description: d
                headers:
                  X-Total: { required: true, schema: { type: integer } } # here
        """,
        "/paths/~1x/get/responses/204/headers/X-Total",
        "is the header X-Total of an answer, and is required; a backend sets headers if it likes, so take `required` away",
    ),
}
