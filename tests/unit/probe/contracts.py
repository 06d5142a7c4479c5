"""A contract to probe."""

from __future__ import annotations

from switchover.contract import Document
from switchover.probe import ProbeTarget, targets
from unit.contract.documents import load

TEXT = """\
openapi: 3.1.0
info: {title: Desk, version: '1'}
servers: [{url: /api}]
security: [{service: []}]
paths:
  /health:
    get:
      operationId: getHealth
      security: []
      parameters: [{name: verbose, in: query, schema: {type: boolean}}]
      responses:
        '200': {description: ., content: {application/json: {schema: {$ref: '#/components/schemas/Health'}}}}
        '503':
          description: .
          content:
            application/problem+json:
              schema:
                type: object
                required: [code]
                properties: {code: {const: service_unavailable}}
  /text:
    get:
      operationId: getText
      security: []
      responses: {'200': {description: ., content: {text/plain: {schema: {type: string}}}}}
  /nothing:
    get:
      operationId: getNothing
      security: []
      responses: {'204': {description: .}, '2XX': {description: .}}
    head:
      operationId: headNothing
      security: []
      responses: {'200': {description: .}}
  /session:
    get:
      operationId: getSession
      responses: {'200': {description: ., content: {application/json: {schema: {type: object}}}}}
  /notes/{id}:
    get:
      operationId: getNote
      security: []
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: .}}
  /notes:
    post:
      operationId: addNote
      security: []
      responses: {'204': {description: .}}
components:
  securitySchemes: {service: {type: http, scheme: bearer}}
  schemas:
    Health:
      type: object
      additionalProperties: false
      required: [status]
      properties: {status: {enum: [ok, degraded]}, since: {type: integer}}
"""

HEALTHY = b'{"status": "ok"}'


def document() -> Document:
    """The contract, loaded."""
    return load(TEXT)


def target(url: str, operation: str = "getHealth", *, has_token: bool = False) -> ProbeTarget:
    """One operation of the contract, wherever a server is."""
    (found,) = targets(document(), [url], [operation], has_token=has_token)
    return found
