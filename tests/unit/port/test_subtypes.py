"""A discriminator in the parent, and subtypes that extend it by `allOf`."""

from __future__ import annotations

import json
from typing import Any, Literal

import httpx
import pytest
from pydantic import BaseModel

from switchover import AsgiTransport, Contract, Fidelity, Port
from switchover.contract import Document
from switchover.contract.generate import Target, generate
from unit.port.single import document, interface


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def extending(name: str, **properties: Any) -> dict[str, Any]:
    return {"allOf": [ref(name), {"type": "object", "required": list(properties), "properties": properties}]}


PET = {
    "type": "object",
    "required": ["kind", "name"],
    "properties": {
        "kind": {"type": "string"},
        "name": {"type": "string"},
        "friends": {"type": "array", "items": ref("Pet")},
    },
    "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "hound": "Dog"}},
}
SCHEMAS = {
    "Pet": PET,
    "Cat": extending("Pet", lives={"type": "integer"}),
    "Dog": extending("Pet", bark={"type": "string"}),
    "Puppy": extending("Dog", weeks={"type": "integer"}),
    "Other": {"type": "object", "properties": {"id": {"type": "integer"}}},
}
BODY = {"application/json": {"schema": ref("Pet")}}
OPERATION = {
    "requestBody": {"required": True, "content": BODY},
    "responses": {"200": {"description": ".", "content": BODY}},
}


class Cat(BaseModel):
    kind: Literal["cat"]
    name: str
    friends: list[Cat | Dog | Puppy] | None = None
    lives: int


class Dog(BaseModel):
    kind: Literal["hound"]
    name: str
    friends: list[Cat | Dog | Puppy] | None = None
    bark: str


class Puppy(Dog):
    kind: Literal["Puppy"]  # type: ignore[assignment]
    weeks: int


class Vet:
    async def send(self, pet: Cat | Dog | Puppy) -> Cat | Dog | Puppy:
        return pet.model_copy(deep=True)


def contract(version: str = "3.1.0") -> Contract:
    return document(OPERATION, openapi=version, components={"schemas": SCHEMAS})


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
async def test_a_parent_is_any_of_its_subtypes(version: str) -> None:
    pet = Cat | Dog | Puppy
    port: Port[Any] = contract(version).bind(interface({"return": pet, "pet": pet}))
    service: Any = port.serve(Vet(), trust="open")
    puppy = Puppy(kind="Puppy", name="a", bark="b", weeks=1)
    for wired in (port.direct(Vet(), fidelity=Fidelity.STRICT), port.http(transport=AsgiTransport(service))):
        for sent in (puppy, Cat(kind="cat", name="c", lives=9, friends=[puppy, Dog(kind="hound", name="d", bark="e")])):
            assert await wired.send(sent) == sent
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://x") as client:
        for wrong in ({"kind": "cat", "name": "a"}, {"kind": "Pet", "name": "a"}, {"name": "a", "lives": 1}):
            assert (await client.post("/things", json=wrong)).status_code == 422


def test_the_contract_itself_is_published_as_it_was_written() -> None:
    content = json.loads(contract().document.content)
    assert content["components"]["schemas"] == SCHEMAS


def test_generated_models_extend_what_they_have_in_common() -> None:
    paths = {"/things": {"post": {"operationId": "send", **OPERATION}}}
    whole = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }
    files = generate(Document.read("t.json", lambda _: json.dumps(whole).encode()), Target("Vet"))
    models = files["models.py"].decode()
    assert "class Cat(PetBase)" in models
    assert "class Puppy(Dog)" in models
    assert b"async def send(self, pet: Pet) -> Pet:" in files["port.py"]
