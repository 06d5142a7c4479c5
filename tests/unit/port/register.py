"""A register of people: a contract with something personal in every position, and the interface to it."""

from __future__ import annotations

from typing import Any, Protocol

from pydantic import BaseModel

from switchover import Contract, Port

CONTRACT = """
openapi: 3.1.0
info: { title: Register, version: 1.0.0 }
servers: [{ url: /register }]
paths:
  /people/{personId}:
    put:
      operationId: keepPerson
      parameters:
        - { name: personId, in: path, required: true, x-pii: true, schema: { type: string, maxLength: 40 } }
        - { name: nick, in: query, required: true, schema: { type: string, maxLength: 40, x-pii: true } }
        - { name: tags, in: query, required: true, schema: { type: array, items: { type: string, maxLength: 40, x-pii: true } } }
        - { name: marks, in: query, required: true, x-pii: true, content: { application/json: { schema: { type: object, additionalProperties: { type: string, maxLength: 40 } } } } }
        - { name: X-Name, in: header, required: true, schema: { type: string, maxLength: 40, x-pii: true } }
        - { name: theme, in: cookie, required: true, schema: { type: string, maxLength: 40, x-pii: true } }
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Person' } } } }
      responses:
        '200': { description: Kept., content: { application/json: { schema: { $ref: '#/components/schemas/Person' } } } }
        '409':
          description: Somebody is there already.
          content:
            application/problem+json:
              schema: { type: object, required: [code, holder], properties: { code: { const: taken }, holder: { type: string, maxLength: 40, x-pii: true } } }
        '422': { description: Wrong., content: { application/problem+json: { schema: { type: object, properties: { code: { const: invalid_request } } } } } }
components:
  schemas:
    Name: { type: string, maxLength: 40, x-pii: true }
    Street: { type: object, required: [name, number], additionalProperties: false, properties: { name: { $ref: '#/components/schemas/Name' }, number: { type: integer, x-pii: true } } }
    Place:
      type: object
      required: [street, size]
      additionalProperties: false
      properties:
        street: { allOf: [{ $ref: '#/components/schemas/Street' }] }
        size: { type: number, maximum: 1, x-pii: true }
    Mail: { type: object, required: [mail], additionalProperties: false, properties: { mail: { type: string, maxLength: 40, x-pii: true } } }
    Phone: { type: object, required: [digits], additionalProperties: false, properties: { digits: { type: array, items: { type: string, maxLength: 40, x-pii: true } } } }
    Person:
      type: object
      required: [names, born, place, contact, phones, links, secret, note]
      additionalProperties: false
      properties:
        names: { type: array, maxItems: 3, items: { $ref: '#/components/schemas/Name' } }
        born: { type: string, format: date, x-pii: true }
        place: { $ref: '#/components/schemas/Place' }
        contact: { oneOf: [{ $ref: '#/components/schemas/Mail' }, { $ref: '#/components/schemas/Phone' }] }
        phones: { type: object, additionalProperties: { type: string, maxLength: 40, x-pii: true } }
        links: { type: object, propertyNames: { maxLength: 40, x-pii: true }, additionalProperties: { type: array, maxItems: 2, items: { type: string, maxLength: 40 } } }
        secret: { x-pii: true, type: object, additionalProperties: { type: object, additionalProperties: { type: string, maxLength: 40 } } }
        note: { type: string, maxLength: 40 }
"""


class Street(BaseModel):
    """Where a house is."""

    name: str
    number: int


class Place(BaseModel):
    """Where somebody lives."""

    street: Street
    size: float


class Mail(BaseModel):
    """A way to somebody."""

    mail: str


class Phone(BaseModel):
    """Another."""

    digits: list[str]


class Person(BaseModel):
    """Somebody."""

    names: list[str]
    born: Any
    place: Place
    contact: Mail | Phone
    phones: dict[str, str]
    links: dict[str, list[str]]
    secret: dict[str, dict[str, str]]
    note: str


class Taken(Exception):
    """Somebody is there already."""

    def __init__(self, message: str, holder: str) -> None:
        super().__init__(message)
        self.holder = holder


class Register(Protocol):
    """The register."""

    async def keep_person(
        self, person_id: str, nick: str, tags: list[str], marks: dict[str, str], x_name: str, theme: str, person: Person
    ) -> Person:
        """Keep somebody."""
        ...


def register() -> Port[Register]:
    """Bind."""
    return Contract.read("register.yaml", lambda _: CONTRACT.encode()).bind(Register, errors=[Taken])
