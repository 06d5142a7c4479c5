"""The contract as the service publishes it, and routes that a team adds beside the contract's."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import get
from litestar.exceptions import HTTPException
from litestar.params import FromQuery

from switchover import Contract
from switchover.errors import BindError
from switchover.port.serve import Service
from unit.port.asking import ask
from unit.port.desk import CONTRACT, InMemoryDesk, desk_port

ROOT = b"""\
# \xe3\x81\x93\xe3\x81\x93\xe3\x82\x8d\r
openapi: 3.1.0
info: { title: t, version: '1' }
servers: [{ url: /api/v2 }]
paths:
  /things:
    post:
      operationId: send
      responses:
        '200': { description: ., content: { application/json: { schema: { $ref: 'parts/text.json' } } } }
        '409': { $ref: 'parts/taken.yml' }
"""
FILES = {
    "openapi.yaml": ROOT,
    "parts/text.json": b'{ "$ref": "deep/er.schema#/$defs/Text" }',
    "parts/deep/er.schema": b'{"$defs": {"Text": {"type": "string"}}}',
    "parts/taken.yml": b"description: Taken.\n",
}


class Things:
    async def send(self) -> str:
        return "sent"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("openapi.yaml", "application/yaml"),
        ("parts/text.json", "application/json"),
        ("parts/taken.yml", "application/yaml"),
        ("parts/deep/er.schema", "application/octet-stream"),
    ],
)
async def test_every_file_of_the_contract_is_published_byte_for_byte_where_references_find_it(
    name: str, media_type: str
) -> None:
    service = Contract.read("openapi.yaml", FILES.__getitem__).bind(Things).serve(Things())
    answered = await ask(service, "GET", f"/api/v2/{name}")
    assert (answered.status, answered.body) == (200, FILES[name])
    assert answered.header("content-type") == media_type
    assert answered.header("content-length") == str(len(FILES[name]))
    assert len(answered.header("x-trace-id") or "") == 32


async def test_a_contract_may_be_kept_to_oneself() -> None:
    service = desk_port().serve(InMemoryDesk(), trust="open", publish=False)
    assert (await ask(service, "GET", "/api/openapi.yaml")).status == 404
    assert (await ask(service, "GET", "/api/health")).status == 200


async def test_a_file_outside_of_the_contracts_folder_is_not_published() -> None:
    files = {**FILES, "openapi.yaml": ROOT.replace(b"parts/text.json", b"../shared/text.json")}
    files["../shared/text.json"] = b'{"type": "string"}'
    port = Contract.read("openapi.yaml", files.__getitem__).bind(Things)
    with pytest.raises(BindError, match=r"openapi.yaml cannot be published:") as caught:
        port.serve(Things())
    assert caught.value.items == (
        "../shared/text.json lies outside the folder of openapi.yaml; move it inside, or serve with publish=False",
    )
    service = port.serve(Things(), publish=False)
    assert (await ask(service, "POST", "/api/v2/things")).body == b'"sent"'


async def test_an_operation_comes_before_a_file_at_the_same_address() -> None:
    text = CONTRACT.replace("/health:", "/openapi.yaml:")
    service = (
        Contract.read("openapi.yaml", lambda _: text.encode())
        .bind(Health, operations=["getHealth"])
        .serve(Health())
    )  # fmt: skip
    assert (await ask(service, "GET", "/api/openapi.yaml")).body == b'{"status":"ok"}'


class Health:
    async def get_health(self) -> dict[str, Any]:
        return {"status": "ok"}


# -- routes beside the contract's -------------------------------------------------------------------------------------


@get("/metrics")
async def metrics(how: FromQuery[str], number: FromQuery[int] = 0) -> str:
    """A route of the team's own."""
    if how == "http":
        raise HTTPException("a secret", status_code=502)
    if how == "other":
        raise RuntimeError("a secret")
    return f"calls {number}"


@pytest.fixture
def extended() -> Service:
    service = desk_port().serve(InMemoryDesk(), trust="open")
    service.register(metrics)
    return service


async def test_a_team_may_add_routes_of_its_own(extended: Service) -> None:
    assert (await ask(extended, "GET", "/metrics?how=well&number=3")).body == b"calls 3"
    assert (await ask(extended, "GET", "/api/health")).status == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("how=http", (500, "internal_error", "")),
        ("how=other", (500, "internal_error", "")),
        ("how=well&number=x", (400, "malformed_request", "The request cannot be read.")),
    ],
)
async def test_what_fails_there_is_a_problem_without_internals(
    extended: Service, query: str, expected: tuple[int, str, str]
) -> None:
    answered = await ask(extended, "GET", f"/metrics?{query}")
    assert answered.refusal == expected
    assert b"secret" not in answered.body
