"""Bodies and media types."""

from __future__ import annotations

from foreign.refusing import Refused

_REQUEST = "/paths/~1x/post/requestBody"
_RESPONSE = "/paths/~1x/post/responses/200"


def _request(content: str, message: str, pointer: str = "/content") -> Refused:
    paths = f"""
    /x:
      post:
        operationId: op
        requestBody: {{ content: {{ {content} }} }} # here
        responses: {{ '204': {{ description: d }} }}
    """
    return Refused(paths, _REQUEST + pointer, message)


def _none(offer: str, shown: str) -> Refused:
    return _request(
        f"{offer}: {{ schema: {{ type: object }} }}",
        f"offers {shown}, and none of these is read; offer application/json, a text or a binary type",
    )


TABLE = {
    "a form": _none("application/x-www-form-urlencoded", "application/x-www-form-urlencoded (a form)"),
    "a multipart body": _none("multipart/form-data", "multipart/form-data (a multipart body)"),
    "XML": _none("application/soap+xml", "application/soap+xml (XML)"),
    "YAML": _none("application/yaml", "application/yaml (YAML)"),
    "a stream": _none("text/event-stream", "text/event-stream (a stream)"),
    "another charset": _none("text/plain; charset=iso-8859-1", "text/plain; charset=iso-8859-1 (not in UTF-8)"),
    "a type that nobody knows": _none("application/whatever", "application/whatever"),
    "a request that requires what is only read": _request(
        "application/json: { schema: { type: object, required: [id], properties: { id: { readOnly: true } } } }",
        "requires 'id' in a request although it is readOnly; give requests a schema of their own",
        "/content/application~1json/schema",
    ),
    "a request that requires what is only read, further down": _request(
        "application/json: { schema: { type: array, items: { anyOf: [{ required: [id], properties: { id: { readOnly: true } } }] } } }",
        "requires 'id' in a request although it is readOnly; give requests a schema of their own",
        "/content/application~1json/schema",
    ),
    "a body without content": Refused(
        """
        /x:
          post:
            operationId: op
            requestBody: { content: {} } # here
            responses: { '204': { description: d } }
        """,
        _REQUEST,
        "is a body without `content`; name its media type and schema",
    ),
    "an answer that requires what is only written": Refused(
        """
        /x:
          post:
            operationId: op
            responses:
              '200': # here
                description: d
                content:
                  application/json:
                    schema: { type: object, required: [pin], properties: { pin: { type: string, writeOnly: true } } }
        """,
        _RESPONSE,
        "requires 'pin' in a response although it is writeOnly; give responses a schema of their own",
    ),
}
