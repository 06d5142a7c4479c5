"""Which operation an address means, however it is spelled and wherever the service is mounted."""

from __future__ import annotations

import pytest

from switchover.port.serve import Service
from unit.port.asking import CALLER, JSON, NOTE, ask
from unit.port.desk import NOON, NOTE_ID, InMemoryBlockingDesk, InMemoryDesk, Note, desk_port


@pytest.fixture(scope="module")
def service() -> Service:
    note = Note(id=NOTE_ID, title="a", tags=[], written_at=NOON)
    return desk_port().serve(InMemoryDesk(InMemoryBlockingDesk(notes={NOTE_ID: note})), trust="open")


@pytest.mark.parametrize(
    "target", ["/", "/api", "/api/nothing", "/health", "/api/notes/1/2", "/api/HEALTH", "/api/health/", "//api//health"]
)
async def test_an_address_is_that_of_an_operation_or_answered_404(service: Service, target: str) -> None:
    answered = await ask(service, "GET", target)
    if target.strip("/").replace("//", "/") == "api/health":
        assert (answered.status, answered.body) == (200, b'{"status":"ok"}')
    else:
        assert answered.refusal == (404, "operation_missing", "There is no operation at this address.")


@pytest.mark.parametrize(
    ("method", "target", "allow"),
    [
        ("DELETE", "/api/health", {"GET", "HEAD", "OPTIONS"}),
        ("PATCH", "/api/notes", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET", "/api/shelves/a", {"OPTIONS", "PUT"}),
        ("POST", "/api/openapi.yaml", {"GET", "HEAD", "OPTIONS"}),
        ("BREW", "/api/echo", {"OPTIONS", "POST"}),
    ],
)
async def test_a_method_that_the_address_does_not_have_is_answered_with_those_it_has(
    service: Service, method: str, target: str, allow: set[str]
) -> None:
    answered = await ask(service, method, target)
    assert answered.refusal == (405, "method_not_allowed", "This address does not know this method.")
    assert answered.header("allow") == ", ".join(sorted(allow))
    asked = await ask(service, "OPTIONS", target)
    assert (asked.status, asked.body, asked.header("allow")) == (204, b"", answered.header("allow"))
    assert asked.header("content-length") is None


async def test_head_is_get_without_the_body(service: Service) -> None:
    for target, headers in (("/api/health", ()), (NOTE, (CALLER,)), ("/api/openapi.yaml", ())):
        got, headed = await ask(service, "GET", target, *headers), await ask(service, "HEAD", target, *headers)
        assert (headed.status, headed.body) == (200, b"")
        for name in ("content-type", "content-length"):
            assert headed.header(name) == got.header(name)


@pytest.mark.parametrize("name", ["a%2Fb", "a%2fb", "%2F", "a%20b", "%C3%A9", "a+b", "%25", "a;b,c"])
async def test_a_parameter_is_what_stood_in_its_segment_before_decoding(service: Service, name: str) -> None:
    decoded = {"a%2Fb": "a/b", "a%2fb": "a/b", "%2F": "/", "a%20b": "a b", "%C3%A9": "é", "%25": "%"}
    answered = await ask(service, "PUT", f"/api/shelves/{name}", CALLER)
    assert answered.body.decode() == f'"{decoded.get(name, name)}"'


@pytest.mark.parametrize("name", ["%FF", "%", "%zz", "a%2"])
async def test_a_segment_that_is_not_percent_encoded_utf_8_is_named(service: Service, name: str) -> None:
    answered = await ask(service, "PUT", f"/api/shelves/{name}", CALLER)
    assert answered.refusal == (400, "invalid_request", "The request breaks the contract.")
    assert [error["where"] for error in answered.problem["errors"]] == ["path.name"]


async def test_a_query_that_is_not_percent_encoded_utf_8_cannot_be_read(service: Service) -> None:
    status, code, detail = (await ask(service, "GET", "/api/notes?tags=%FF", CALLER)).refusal
    assert (status, code) == (400, "malformed_request")
    assert detail.startswith("The query ")


async def test_a_service_answers_below_the_path_it_is_mounted_at(service: Service) -> None:
    answered = await ask(service, "GET", f"/tools{NOTE}", CALLER, root_path="/tools")
    assert answered.body.startswith(f'{{"id":"{NOTE_ID}"'.encode())
    shelf = await ask(service, "PUT", "/tools/api/shelves/a%2Fb", CALLER, root_path="/tools")
    assert shelf.body == b'"a/b"'


async def test_a_server_that_keeps_no_raw_path_is_served_as_well(service: Service) -> None:
    answered = await ask(service, "PUT", "/api/shelves/a%20%C3%A9", CALLER, raw_path=None)
    assert answered.body.decode() == '"a é"'


async def test_a_host_header_that_is_none_is_refused(service: Service) -> None:
    answered = await ask(service, "GET", "/elsewhere", headers=[(b"host", b"de sk/\x00")])
    assert answered.refusal == (400, "malformed_request", "The request cannot be read.")


async def test_what_the_client_calls_its_trace_is_in_every_refusal(service: Service) -> None:
    parent = ("traceparent", f"00-{'a' * 31}1-{'b' * 16}-01")
    for target in ("/nothing", "/api/notes"):
        assert (await ask(service, "GET", target, parent)).problem["traceId"] == "a" * 31 + "1"
    for nonsense in ("", "x", f"00-{'0' * 32}-{'b' * 16}-01"):
        assert len((await ask(service, "GET", "/nothing", ("traceparent", nonsense))).problem["traceId"]) == 32


async def test_a_body_is_not_waited_for_where_none_is_taken(service: Service) -> None:
    assert (await ask(service, "GET", "/api/health", JSON, parts=())).status == 200
