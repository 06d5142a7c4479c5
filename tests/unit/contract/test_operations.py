"""Operations as they are read: what is honoured, and what is passed over with a warning."""

from __future__ import annotations

import pytest

from support.processes import ROOT
from switchover.contract import Document, Media, OperationReader, Style, base_path
from switchover.contract.media import choose, essence, media_of, refusal
from switchover.contract.operations.failures import status_code
from switchover.errors import ContractError
from unit.contract.documents import HEAD, errors, load, operation, operations

SCHEMES = "{ service: { type: http, scheme: bearer }, caller: { type: apiKey, in: header, name: X-Switchover-Caller } }"
CHANGE_TRIP = """
/trips/{tripId}:
  x-note: 1
  parameters:
    - { name: tripId, in: path, required: true, schema: { type: string } }
    - { name: limit, in: query, schema: { type: integer } }
  put:
    operationId: changeTrip
    summary: ' Change a trip '
    description: |
      Changes it.
    tags: [trips, 3]
    deprecated: true
    security: [{ service: [], caller: [] }]
    parameters:
      - { name: limit, in: query, required: true, schema: { type: integer, default: 3 } }
      - { name: Authorization, in: header, schema: { type: string } }
    requestBody: { content: { application/json: { schema: { type: object } } } }
    responses:
      2XX: { description: d, content: { text/plain: {} } }
      x-more: 1
      '404': { description: d }
      5XX: { description: d }
      default: { description: d }
"""
DONE = "responses: { '204': { description: Done. } }"


def test_an_operation_is_read_with_everything_it_says() -> None:
    found, notes = operation(CHANGE_TRIP, SCHEMES)

    assert (found.id, found.method, found.path) == ("changeTrip", "PUT", "/trips/{tripId}")
    assert str(found) == "changeTrip (PUT /trips/{tripId})"
    assert (found.summary, found.description, found.tags) == ("Change a trip", "Changes it.", ("trips",))
    assert (found.is_deprecated, found.needs_caller, found.is_safe) == (True, True, False)
    required = [parameter.label for parameter in found.parameters if parameter.is_required]
    assert required == ["path.tripId", "query.limit"]
    assert found.body is not None
    assert (found.body.is_required, found.body.content.media) == (False, Media.JSON)
    [answer] = found.answers
    assert (answer.status, answer.is_range, answer.covers(299), answer.covers(300)) == (200, True, True, False)
    described = [(failure.code, failure.status, failure.is_coded) for failure in found.failures]
    assert described == [("http_404", 404, False), ("http_5xx", 500, False), ("http_error", None, False)]
    covered = [[failure.covers(status) for status in (404, 503)] for failure in found.failures]
    assert covered == [[True, False], [False, True], [True, True]]
    assert notes.errors == []
    assert [finding.message for finding in notes.warnings] == [
        "is the header Authorization, which OpenAPI leaves to content and security"
    ]


@pytest.mark.parametrize(
    ("root", "own", "needs_caller"),
    [
        ("", "", False),
        ("security: [{ a: [] }]\n", "", True),
        ("security: [{ a: [] }]\n", "security: [],", False),
        ("security: [{ a: [] }]\n", "security: [{ a: [] }, {}],", False),
        ("", "security: [{ a: [] }, { b: [] }],", True),
    ],
)
def test_who_has_to_say_who_they_are(root: str, own: str, needs_caller: bool) -> None:
    schemes = "{ a: { type: http, scheme: bearer }, b: { type: openIdConnect, openIdConnectUrl: /x } }"
    head = f"{HEAD}components: {{ securitySchemes: {schemes} }}\n"
    [(found, notes)] = operations(f"{head}{root}paths: {{ /x: {{ get: {{ operationId: op, {own} {DONE} }} }} }}\n")

    assert found.needs_caller is needs_caller
    assert notes.errors == notes.warnings == []


@pytest.mark.parametrize(
    ("security", "schemes", "warnings"),
    [
        ("[{ a: [] }]", "{ a: { type: http, scheme: BEARER } }", []),
        ("[{ a: [] }]", "{ a: { $ref: '#/components/securitySchemes/b' }, b: { type: oauth2, flows: {} } }", []),
        (
            "[{ a: [] }]",
            "{ a: { type: apiKey, in: header, name: X-Key } }",
            ["asks for 'a', a key in the header X-Key: `credentials=` has to send it there, and `verifier=` to judge it"],
        ),
        (
            "[{ b: [], a: [] }]",
            "{ a: { type: apiKey, in: header, name: X-Key }, b: { type: http, scheme: bearer } }",
            ["asks for 'a', a key in the header X-Key: `credentials=` has to send it there, and `verifier=` to judge it"],
        ),
        (
            "[{ a: [write, read] }]",
            "{ a: { type: oauth2, flows: {} } }",
            ["asks for the scopes write, read: `credentials=` has to bring them, and `verifier=` to judge them"],
        ),
        (
            "[{ a: [] }]",
            "{ a: { type: mutualTLS } }",
            ["asks for 'a', mutual TLS, which is the transport's: give it a client certificate (`verify=`), and end TLS before the service"],
        ),
        (
            "[{ a: [] }, { b: [] }]",
            "{ a: { type: http, scheme: digest }, b: { type: http, scheme: bearer } }",
            [
                "asks for 'a', http digest, which no credential of a port is; offer a bearer token (http bearer, oauth2, "
                "openIdConnect), http basic or an apiKey; another way in is used"
            ],
        ),
        (
            "[{ a: [], b: [], c: [] }]",
            "{ a: { type: http, scheme: Basic }, b: { type: apiKey, in: query, name: k }, c: { type: apiKey, in: cookie, name: s } }",
            [
                "asks for 'a', HTTP Basic: `credentials=` has to send it (BasicAuth), and `verifier=` to judge it (BasicAuthVerifier)",
                "asks for 'b', a key in the query parameter k: `credentials=` has to send it there, and `verifier=` to judge it",
                "asks for 'c', a key in the cookie s: `credentials=` has to send it there, and `verifier=` to judge it",
            ],
        ),
        ("[{ a: [] }, { b: [] }]", "{ a: { type: mutualTLS }, b: { type: http, scheme: bearer } }", []),
    ],
)  # fmt: skip
def test_what_a_credential_has_to_be_is_said_where_the_port_cannot_see_to_it(
    security: str, schemes: str, warnings: list[str]
) -> None:
    found, notes = operation(f"/x: {{ get: {{ operationId: op, security: {security}, {DONE} }} }}", schemes)

    assert found.needs_caller
    assert notes.errors == []
    assert [finding.message for finding in notes.warnings] == warnings


def test_a_place_for_a_key_that_is_no_text_is_refused_like_any_other() -> None:
    paths = f"/x: {{ get: {{ operationId: op, security: [{{ a: [] }}], {DONE} }} }}"
    _, notes = operation(paths, "{ a: { type: apiKey, in: [query], name: k } }")

    assert "asks for 'a', an apiKey in ['query']" in notes.errors[0].message


def test_our_own_contract_is_honoured_without_reserve() -> None:
    read = list(OperationReader(Document.load(ROOT / "openapi" / "openapi.yaml")).read())

    assert any(found.needs_caller for found, _ in read)
    assert all(found.names_caller is found.needs_caller for found, _ in read)
    assert [notes.errors + notes.warnings for _, notes in read if notes.errors or notes.warnings] == []


@pytest.mark.parametrize(
    ("parameter", "style", "explode"),
    [
        ("in: query, schema: { type: string }", Style.FORM, True),
        ("in: query, explode: false, schema: { type: array, items: { type: string } }", Style.FORM, False),
        (
            "in: query, style: deepObject, schema: { type: object, properties: { a: { type: string } } }",
            Style.DEEP,
            True,
        ),
        ("in: query, style: spaceDelimited, schema: { type: array, items: { type: string } }", Style.SPACE, False),
        ("in: header, schema: { type: array, items: { type: string } }", Style.SIMPLE, False),
        ("in: cookie, schema: { type: string }", Style.FORM, True),
        ("in: query, content: { application/json: { schema: {} } }", Style.JSON, False),
        ("in: query, schema: { type: [string, 'null'] }", Style.FORM, True),
        ("in: query, schema: { oneOf: [{ enum: [all, none] }, { type: integer }] }", Style.FORM, True),
        ("in: query, schema: { type: object, properties: { a: { type: [string, 'null'] } } }", Style.FORM, True),
    ],
)
def test_parameters_have_the_style_of_their_place(parameter: str, style: Style, explode: bool) -> None:
    found, notes = operation(f"/x: {{ get: {{ operationId: op, parameters: [{{ name: q, {parameter} }}], {DONE} }} }}")

    assert notes.errors == []
    assert (found.parameters[0].style, found.parameters[0].explode) == (style, explode)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            f"/x: {{ servers: [{{ url: /a }}], get: {{ operationId: op, {DONE} }} }}",
            "has `servers` of its own; every operation is called where the port is pointed at",
        ),
        (
            f"/x: {{ get: {{ operationId: op, servers: [{{ url: /a }}], {DONE} }} }}",
            "has `servers` of its own; every operation is called where the port is pointed at",
        ),
        (
            f"/x: {{ post: {{ operationId: op, requestBody: {{ content: {{ application/json: {{ schema: {{}}, encoding: {{ a: {{}} }} }} }} }}, {DONE} }} }}",
            "has `encoding`, which means nothing for JSON",
        ),
        (
            f"/x: {{ get: {{ operationId: op, parameters: [{{ name: q, in: query, content: {{ application/json: {{ schema: {{}} }}, text/plain: {{}} }} }}], {DONE} }} }}",
            "is query.q, of whose contents application/json is used",
        ),
        (
            "/x: { get: { operationId: op, responses: { '204': { description: d }, '404': { description: d, content: { text/html: {} } } } } }",
            "describes a failure as text/html; its status alone is used",
        ),
    ],
)  # fmt: skip
def test_what_is_passed_over_is_named(text: str, warning: str) -> None:
    _, notes = operation(text)

    assert notes.errors == []
    assert [finding.message for finding in notes.warnings] == [warning]


NULLABLE = (
    "{ application/json: { schema: { properties: { a: { type: string, nullable: true }, b: { nullable: false } } } } }"
)


def test_a_word_of_3_0_is_named_once_wherever_it_is_used() -> None:
    _, notes = operation(
        f"/x: {{ get: {{ operationId: op, responses: {{ '200': {{ description: d, content: &c {NULLABLE} }}, "
        "'404': { description: d, content: *c }, '201': { description: d, content: *c } } } }"
    )

    assert [finding.message for finding in dict.fromkeys(notes.warnings)] == [
        "means nothing in OpenAPI 3.1; write `type: [string, 'null']`"
    ] * 3
    assert {finding.where.pointer.rpartition("/properties/")[2] for finding in notes.warnings} == {"a/nullable"}


def test_a_shared_schema_is_named_once() -> None:
    shared = "{ $ref: '#/paths/~1x/parameters/0/schema' }"
    _, notes = operation(
        f"""
        /x:
          parameters: [{{ name: a, in: query, schema: {{ type: string, nullable: true }} }}]
          get:
            operationId: op
            responses: {{ '200': {{ description: d, content: {{ application/json: {{ schema: {shared} }} }} }} }}
        """
    )

    assert [str(finding) for finding in notes.warnings] == [
        "openapi.yaml:7 #/paths/~1x/parameters/0/schema/nullable means nothing in OpenAPI 3.1; write `type: [string, 'null']`"
    ]


def test_a_tree_is_no_circle() -> None:
    node = "{ type: object, properties: { kids: { type: array, items: *n }, up: *n } }".replace(
        "*n", "{ $ref: '#/paths/~1x/get/responses/200/content/application~1json/schema' }"
    )
    _, notes = operation(
        f"/x: {{ get: {{ operationId: op, responses: {{ '200': {{ description: d, content: {{ application/json: {{ schema: {node} }} }} }} }} }} }}"
    )

    assert (notes.errors, notes.warnings) == ([], [])


def test_a_schema_that_is_used_twice_is_no_circle() -> None:
    text = (
        "{ allOf: [{ $ref: '#/x' }, { anyOf: [{ $ref: '#/x' }, true], if: { type: object }, then: { $ref: '#/x' } }] }"
    )
    [(_, notes)] = operations(
        f"{HEAD}x: {{ type: string }}\npaths: {{ /x: {{ get: {{ operationId: op, responses: "
        f"{{ '200': {{ description: d, content: {{ application/json: {{ schema: {text} }} }} }} }} }} }} }}\n"
    )

    assert (notes.errors, notes.warnings) == ([], [])


def test_headers_that_the_kit_sends_itself_need_no_word() -> None:
    _, notes = operation(
        "/x: { get: { operationId: op, responses: { '204': { description: d, headers: { X-Trace-Id: { required: true, schema: {} } } } } } }"
    )

    assert (notes.errors, notes.warnings) == ([], [])


def test_codes_are_read_from_constants_enumerations_and_alternatives() -> None:
    found, _ = operation(
        """
        /x:
          get:
            operationId: op
            responses:
              '204': { description: d }
              '409':
                description: d
                content:
                  application/json: { schema: { properties: { wrong: {} } } }
                  application/problem+json:
                    schema:
                      oneOf:
                        - { required: [code, by], properties: { code: { const: a }, by: { type: string }, title: {} } }
                        - { properties: { code: { enum: [b, c, 4] } } }
                        - { properties: { code: { type: string } } }
        """
    )

    assert [(failure.code, failure.is_coded) for failure in found.failures] == [
        ("a", True), ("b", True), ("c", True), ("http_409", False),
    ]  # fmt: skip
    first = found.failures[0]
    assert (sorted(first.members), first.required, first.media_type) == (
        ["by"],
        frozenset({"by"}),
        "application/problem+json",
    )
    assert status_code(None) == "http_error"


@pytest.mark.parametrize(
    ("name", "schema", "media"),
    [
        ("application/json", None, Media.JSON),
        ("Application/JSON; charset=UTF-8", None, Media.JSON),
        ("text/json", None, Media.JSON),
        ("application/vnd.api+json;version=1", None, Media.JSON),
        ("text/plain", None, Media.TEXT),
        ("text/csv; charset=us-ascii", None, Media.TEXT),
        ("application/octet-stream", {"type": "object"}, Media.BINARY),
        ("image/png", None, Media.BINARY),
        ("model/gltf", None, Media.BINARY),
        ("application/msword", None, Media.BINARY),
        ("application/msword", {}, Media.BINARY),
        ("application/msword", {"contentMediaType": "application/msword"}, Media.BINARY),
        ("application/msword", {"type": "string", "format": "binary"}, Media.BINARY),
        ("application/msword", {"type": "string"}, None),
        ("application/msword", True, None),
        ("multipart/mixed", None, None),
        ("image/*", None, Media.BINARY),
        ("plain", None, None),
        ("text/xml", None, None),
        ("image/svg+xml", None, None),
        ("text/plain;charset=latin1", None, None),
        ("application/x-ndjson", None, None),
    ],
)
def test_media_types_are_json_text_or_bytes(name: str, schema: object, media: Media | None) -> None:
    assert media_of(name, schema) is media


def test_why_a_media_type_is_not_read_is_said_where_it_is_known() -> None:
    assert essence(" Text/Plain ; a=b") == "text/plain"
    assert refusal("multipart/mixed") == "a multipart body"
    assert refusal("application/whatever") is None


def test_json_is_taken_before_text_and_text_before_bytes() -> None:
    document = load(
        HEAD
        + "paths: {}\nx-a: { image/png: {}, text/csv: {}, application/json: {} }\nx-b: { image/png: {}, text/csv: {} }\nx-c: { a/b+xml: {} }\n"
    )
    chosen = [choose(document.root.at(key)) for key in ("x-a", "x-b", "x-c")]

    assert [found and found[0] for found in chosen] == ["application/json", "text/csv", None]


@pytest.mark.parametrize(
    ("servers", "path"),
    [
        ("", ""),
        ("servers: []", ""),
        ("servers: [3]", ""),
        ("servers: [{}]", ""),
        ("servers: [{ url: / }]", ""),
        ("servers: [{ url: /api/ }, { url: /other }]", "/api"),
        ("servers: [{ url: 'https://example.org:8/a/b/' }]", "/a/b"),
        ("servers: [{ url: 'https://example.org' }]", ""),
        ("servers: [{ url: ./v1 }]", "/v1"),
        ("servers: [{ url: . }]", ""),
        (
            "servers: [{ url: '{scheme}://x/{v}', variables: { scheme: { default: https }, v: { default: v1 } } }]",
            "/v1",
        ),
    ],
)
def test_the_base_path_is_that_of_the_first_server(servers: str, path: str) -> None:
    assert base_path(load(f"{HEAD}paths: {{}}\n{servers}\n")) == path


@pytest.mark.parametrize(
    ("servers", "message"),
    [
        ("[{ url: 'http://[' }]", r"openapi.yaml:4 #/servers/0 has the url 'http://\['"),
        ("[{ url: '/{v}' }]", "openapi.yaml:4 #/servers/0 has the variable {v} without a default"),
        ("[{ url: '/{v}', variables: { v: {} } }]", "has the variable {v} without a default"),
    ],
)
def test_an_address_that_is_none_is_refused(servers: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        base_path(load(f"{HEAD}paths: {{}}\nservers: {servers}\n"))


def test_a_contract_without_paths_has_no_operations() -> None:
    assert operations(HEAD) == []


def test_a_schema_that_is_wrong_is_said_to_be_so_wherever_it_is_used() -> None:
    found = errors(
        """
        /x:
          post:
            operationId: op
            requestBody: { content: { application/json: { schema: { items: { type: thing } } } } }
            responses:
              '200':
                description: d
                content:
                  application/json:
                    schema: { anyOf: [{ $ref: '#/paths/~1x/post/requestBody/content/application~1json/schema/items' }] }
        """
    )

    assert len(found) == 2
    assert all("/schema/items/type is no type of JSON Schema" in item for item in found)
