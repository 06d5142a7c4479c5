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
    "a form of anything": _request(
        "application/x-www-form-urlencoded: { schema: { type: object } }",
        "is no object with named members, as application/x-www-form-urlencoded has them; describe it by `properties`",
        "/content/application~1x-www-form-urlencoded/schema",
    ),
    "a form with members of any name": _request(
        "multipart/form-data: { schema: { type: object, properties: { a: { type: string } }, additionalProperties: { type: string } } }",
        "has members of any name in multipart/form-data; name them in `properties`",
        "/content/multipart~1form-data/schema",
    ),
    "a form with lists of objects": _request(
        "multipart/form-data: { schema: { type: object, properties: { a: { type: array, items: { type: object } } } } }",
        "is a form with the member 'a' with object inside; styles write flat values: use `content: application/json`",
        "/content/multipart~1form-data/schema",
    ),
    "a multipart body that is no form": _none("multipart/mixed", "multipart/mixed (a multipart body)"),
    "XML": _none("application/soap+xml", "application/soap+xml (XML)"),
    "YAML": _none("application/yaml", "application/yaml (YAML)"),
    "a stream": _none("text/event-stream", "text/event-stream (a stream)"),
    "another charset": _none("text/plain; charset=iso-8859-1", "text/plain; charset=iso-8859-1 (not in UTF-8)"),
    "a type that nobody knows": _none("application/whatever", "application/whatever"),
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
}
