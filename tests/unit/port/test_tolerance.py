"""Answers of a newer version: what is left out, what takes the place of unknown values, and what remains an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import pytest
from pydantic import BaseModel, ConfigDict, Field

from switchover import Contract, Fidelity, Port, Rollout, Share
from switchover.errors import CallError, Problem, ServiceUnavailable, UnexpectedAnswer, UnknownValue
from switchover.port.kinds import outcome_of
from switchover.port.tolerance import STRICT, TOLERANT, AnswerReading, answer_reading
from switchover.telemetry import Outcome
from unit.port.test_exchange import JSON, PROBLEM, Canned

CONTRACT = """
openapi: 3.1.0
info: { title: Zoo, version: 1.0.0 }
security: []
paths:
  /zoo:
    get:
      operationId: getZoo
      responses:
        '200': { description: All., content: { application/json: { schema: { $ref: '#/components/schemas/Zoo' } } } }
        '404':
          description: Closed.
          content:
            application/problem+json:
              schema:
                unevaluatedProperties: false
                allOf:
                  - $ref: '#/components/schemas/Problem'
                  - required: [until]
                    properties: { code: { const: closed }, until: { enum: [spring, autumn] } }
    post:
      operationId: addAnimal
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Animal' } } } }
      responses:
        '201': { description: Added., content: { application/json: { schema: { $ref: '#/components/schemas/Animal' } } } }
        '409':
          description: Full.
          content:
            application/problem+json:
              schema:
                unevaluatedProperties: false
                allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { const: full } } }]
components:
  schemas:
    Problem:
      type: object
      required: [type, title, status, code]
      properties:
        type: { type: string }
        title: { type: string }
        status: { type: integer }
        code: { type: string }
        detail: { type: string }
        traceId: { type: string }
    Diet: { type: string, enum: [meat, plants, both], x-unknown: both }
    Mood: { type: string, enum: [calm, wild], x-unknown: null, x-pii: true }
    Cat:
      type: object
      required: [kind, lives]
      additionalProperties: false
      properties: { kind: { const: cat }, lives: { type: integer } }
    Dog:
      type: object
      required: [kind]
      additionalProperties: false
      properties: { kind: { const: dog }, tricks: { type: array, items: { type: string, enum: [sit, roll] } } }
    Animal:
      oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }]
      discriminator: { propertyName: kind, mapping: { cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog' } }
    Zoo:
      unevaluatedProperties: false
      allOf:
        - type: object
          required: [name, animals]
          properties: { name: { type: string }, animals: { type: array, items: { $ref: '#/components/schemas/Animal' } } }
        - type: object
          properties:
            size: { type: string, enum: [small, large] }
            diet: { $ref: '#/components/schemas/Diet' }
            mood: { oneOf: [{ $ref: '#/components/schemas/Mood' }, { type: 'null' }] }
            temper: { type: string, enum: [good, bad], x-pii: true }
            ages: { type: object, additionalProperties: false, patternProperties: { '^[a-z]+$': { type: integer } } }
            labels: { type: object, additionalProperties: { $ref: '#/components/schemas/Label' } }
            colors: { type: array, uniqueItems: true, items: { $ref: '#/components/schemas/Label' } }
            diets: { type: array, uniqueItems: true, items: { $ref: '#/components/schemas/Diet' } }
            sizes: { type: array, uniqueItems: true, items: { type: string, enum: [small, large] } }
    Label: { type: object, additionalProperties: false, required: [color], properties: { color: { enum: [red, blue] } } }
"""


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cat(Closed):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(Closed):
    kind: Literal["dog"] = "dog"
    tricks: list[Literal["sit", "roll"]] | None = None


Animal = Annotated[Cat | Dog, Field(discriminator="kind")]


class Label(Closed):
    color: Literal["red", "blue"]


Age = Annotated[str, Field(pattern="^[a-z]+$")]


class Zoo(Closed):
    name: str
    animals: list[Animal]
    size: Literal["small", "large"] | None = None
    diet: Literal["meat", "plants", "both"] | None = None
    mood: Literal["calm", "wild"] | None = None
    temper: Literal["good", "bad"] | None = None
    ages: dict[Age, int] | None = None
    labels: dict[str, Label] | None = None
    colors: list[Label] | None = None
    diets: list[Literal["meat", "plants", "both"]] | None = None
    sizes: list[Literal["small", "large"]] | None = None


class ZooClosed(Exception):
    code = "closed"

    def __init__(self, detail: str = "", *, until: Literal["spring", "autumn"]) -> None:
        super().__init__(detail)
        self.until = until


class ZooFull(Exception):
    code = "full"


class Keeper(Protocol):
    async def get_zoo(self) -> Zoo: ...

    async def add_animal(self, animal: Animal) -> Animal: ...


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Port[Keeper]:
    path = tmp_path_factory.mktemp("zoo") / "openapi.yaml"
    path.write_text(CONTRACT)
    return Contract.load(Path(path)).bind(Keeper, errors=[ZooClosed, ZooFull])


ALL = Rollout.fixed(Share(10_000))
TOM = {"kind": "cat", "lives": 9}


async def read(port: Port[Keeper], body: dict[str, Any], answers: Any = "tolerant") -> Zoo:
    canned = Canned(200, JSON, json.dumps({"name": "Ueno", "animals": [TOM], **body}).encode())
    return await port.http(transport=canned, trust="open", answers=answers).get_zoo()


async def refused(port: Port[Keeper], status: int, body: dict[str, Any], answers: Any = "tolerant") -> Exception:
    problem = {"type": "about:blank", "title": "No", "status": status, **body}
    keeper = port.http(transport=Canned(status, PROBLEM, json.dumps(problem).encode()), trust="open", answers=answers)
    with pytest.raises((CallError, ZooClosed)) as caught:
        await (keeper.get_zoo() if status == 404 else keeper.add_animal(Cat(lives=9)))
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        {"opened": "1882"},
        {"animals": [{**TOM, "weight": 4}]},
        {"labels": {"a": {"color": "red", "size": 3}}},
        {"ages": {"tom": 3, "Tom 2": 4}},
        {
            "opened": {"at": [1, {"kind": "cat"}]},
            "animals": [{**TOM, "x": 1}],
            "labels": {"a": {"color": "red", "y": 2}},
        },
    ],
)
async def test_members_that_are_not_known_are_left_out_wherever_they_stand(
    port: Port[Keeper], body: dict[str, Any]
) -> None:
    zoo = await read(port, body)

    assert zoo.animals == [Cat(lives=9)]
    assert zoo.labels in (None, {"a": Label(color="red")})
    assert zoo.ages in (None, {"tom": 3})


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"opened": "1882"}, "answer#/… is not known"),
        ({"diet": "fruit"}, "answer#/diet"),
        ({"animals": [{"kind": "owl"}]}, "answer#/animals/0"),
    ],
)
async def test_a_strict_reader_refuses_what_a_newer_version_added(
    port: Port[Keeper], body: dict[str, Any], where: str
) -> None:
    with pytest.raises(UnexpectedAnswer, match=where):
        await read(port, body, "strict")


async def test_an_unknown_value_becomes_the_one_that_the_contract_names(port: Port[Keeper]) -> None:
    zoo = await read(port, {"diet": "fruit", "mood": "sleepy", "opened": "1882"})

    assert (zoo.diet, zoo.mood) == ("both", None)


@pytest.mark.parametrize(
    ("body", "diets", "colors"),
    [
        ({"diets": ["both", "fruit", "meat", "nuts"]}, ["both", "meat"], None),
        ({"diets": ["fruit", "both"]}, ["both"], None),
        ({"colors": [{"color": "red", "size": 1}, {"color": "red", "size": 2}]}, None, [Label(color="red")]),
    ],
)
async def test_what_a_set_has_twice_as_far_as_is_known_it_has_once(
    port: Port[Keeper], body: dict[str, Any], diets: list[str] | None, colors: list[Label] | None
) -> None:
    zoo = await read(port, body)

    assert (zoo.diets, zoo.colors) == (diets, colors)


async def test_a_set_that_has_something_twice_breaks_the_contract(port: Port[Keeper]) -> None:
    with pytest.raises(UnexpectedAnswer, match="answer#/diets has non-unique elements"):
        await read(port, {"diets": ["meat", "meat", "fruit"]})


@pytest.mark.parametrize(
    ("body", "where", "shown"),
    [
        ({"size": "huge"}, "answer#/size", "'huge'"),
        ({"temper": "awful"}, "answer#/temper", "has a value"),
        ({"sizes": ["small", "huge"]}, "answer#/sizes/1", "'huge'"),
        ({"labels": {"a": {"color": "red"}, "b": {"color": "green"}}}, "answer#/labels/b/color", "'green'"),
        ({"animals": [TOM, {"kind": "dog", "tricks": ["sit", "fetch"]}]}, "answer#/animals/1/tricks/1", "'fetch'"),
        ({"animals": [TOM, {"kind": "owl", "wings": 2}]}, "answer#/animals/1/kind", "'owl'"),
        (
            {"animals": [{"kind": "dog", "tricks": ["fly"], "tail": 1}], "opened": 1},
            "answer#/animals/0/tricks/0",
            "'fly'",
        ),
    ],
)
async def test_a_value_without_a_fallback_is_an_error_of_that_value_alone(
    port: Port[Keeper], body: dict[str, Any], where: str, shown: str
) -> None:
    with pytest.raises(UnknownValue) as caught:
        await read(port, body)

    assert [error.where for error in caught.value.errors] == [where]
    assert shown in caught.value.errors[0].detail
    assert "awful" not in str(caught.value)
    assert (caught.value.code, caught.value.answered) == ("unknown_value", 200)
    assert getattr(caught.value.operation, "id", None) == "getZoo"


@pytest.mark.parametrize(
    "body", [{"name": 7, "opened": 1}, {"name": 7, "size": "huge"}, {"animals": [{"kind": "cat", "new": 1}]}]
)
async def test_an_answer_that_is_wrong_otherwise_stays_wrong(port: Port[Keeper], body: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"The answer breaks the contract: answer#/(name|animals/0/lives)"):
        await read(port, body)


async def test_each_half_of_tolerance_can_be_chosen_by_itself(port: Port[Keeper]) -> None:
    members = AnswerReading(unknown_enum="refuse")
    values = AnswerReading(unknown_members="refuse")

    assert (await read(port, {"opened": 1}, members)).name == "Ueno"
    assert (await read(port, {"diet": "fruit"}, values)).diet == "both"
    for body, reading in (({"diet": "fruit"}, members), ({"opened": 1}, values)):
        with pytest.raises(UnexpectedAnswer):
            await read(port, body, reading)


def test_the_setting_has_two_words_and_refuses_others(port: Port[Keeper]) -> None:
    assert (answer_reading("tolerant"), answer_reading("strict")) == (TOLERANT, STRICT)
    assert answer_reading(AnswerReading("refuse", "refuse")) is STRICT
    with pytest.raises(ValueError, match="answers must be 'tolerant', 'strict' or an AnswerReading, got 'lenient'"):
        port.http(transport=Canned(), trust="open", answers="lenient")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown_members must be 'ignore' or 'refuse', got 'keep'"):
        AnswerReading("keep")  # type: ignore[arg-type]


async def test_a_write_whose_answer_has_an_unknown_value_is_reported_as_carried_out(port: Port[Keeper]) -> None:
    canned = Canned(201, JSON, b'{"kind": "dog", "tricks": ["fetch"]}')
    keeper = port.http(transport=canned, trust="open")

    with pytest.raises(UnknownValue, match="addAnimal was carried out") as caught:
        await keeper.add_animal(Dog())

    assert caught.value.idempotency_key == canned.requests[0].idempotency_key
    assert caught.value.answered == 201


async def test_a_failure_with_members_that_are_not_known_is_still_that_failure(port: Port[Keeper]) -> None:
    error = await refused(port, 404, {"code": "closed", "until": "spring", "reason": {"why": "snow"}, "retry": 3})

    assert isinstance(error, ZooClosed)
    assert error.until == "spring"


async def test_a_failure_with_a_value_that_is_not_known_keeps_its_code_and_what_it_says(port: Port[Keeper]) -> None:
    error = await refused(port, 404, {"code": "closed", "until": "summer", "detail": "Too hot."})

    assert isinstance(error, Problem)
    assert (error.code, error.status, error.detail, error.members) == ("closed", 404, "Too hot.", {"until": "summer"})


async def test_a_code_that_is_not_known_is_a_refusal_where_its_status_is_documented(port: Port[Keeper]) -> None:
    error = await refused(port, 409, {"code": "asleep", "detail": "Come back.", "hours": 8})

    assert isinstance(error, Problem)
    assert (error.code, error.status, error.members) == ("asleep", 409, {"hours": 8})
    assert isinstance(await refused(port, 410, {"code": "asleep"}), UnexpectedAnswer)


@pytest.mark.parametrize(
    ("status", "body"),
    [(409, {"code": "asleep"}), (409, {"code": "full", "more": 1}), (404, {"code": "closed", "until": "summer"})],
)
async def test_a_strict_reader_refuses_failures_that_the_contract_does_not_document(
    port: Port[Keeper], status: int, body: dict[str, Any]
) -> None:
    assert isinstance(await refused(port, status, body, "strict"), UnexpectedAnswer)


async def test_a_failure_that_lacks_what_it_needs_stays_wrong(port: Port[Keeper]) -> None:
    error = await refused(port, 404, {"code": "closed", "more": 1})

    assert isinstance(error, UnexpectedAnswer)
    assert "#/until is required" in str(error)
    assert isinstance(error, CallError)


def test_a_write_that_was_carried_out_is_no_failure_of_the_service(port: Port[Keeper]) -> None:
    assert outcome_of(port.plans["add_animal"], UnknownValue(answered=201)) is Outcome.REFUSED
    assert outcome_of(port.plans["get_zoo"], UnknownValue(answered=200)) is Outcome.FAILED


@pytest.mark.parametrize(("given", "is_tolerant"), [(None, False), ("tolerant", True)])
async def test_a_route_reads_as_strictly_as_its_own_side_unless_it_is_told_otherwise(
    port: Port[Keeper], given: Any, is_tolerant: bool
) -> None:
    canned = Canned(200, JSON, json.dumps({"name": "Ueno", "animals": [], "opened": 1882}).encode())
    direct = port.direct(Unavailable(), fidelity=Fidelity.STRICT)
    for route in (
        port.route(direct=direct, http=port.http(transport=canned, trust="open"), rollout=ALL, answers=given),
        port.route(direct=direct, http=port.http(transport=canned, trust="open", answers=given), rollout=ALL),
    ):
        try:
            assert (await route.get_zoo()).name == "Ueno"
        except ServiceUnavailable:
            assert not is_tolerant  # the answer was refused, and this side was asked instead
        else:
            assert is_tolerant


class Unavailable:
    """A backend that answers nothing."""

    async def get_zoo(self) -> Zoo:
        raise ServiceUnavailable

    async def add_animal(self, animal: Animal) -> Animal:
        raise ServiceUnavailable
