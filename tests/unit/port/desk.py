"""A desk with notes on it: one contract, an asynchronous and a synchronous interface, and backends in memory."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from switchover import Contract, Port, Recorder
from switchover.errors import ServiceUnavailable

NOTE_ID = UUID("0198c0de-0000-7000-8000-000000000001")
MISSING_ID = UUID("0198c0de-0000-7000-8000-00000000dead")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

CONTRACT = """
openapi: 3.1.0
info: { title: Desk, version: 1.0.0 }
servers: [{ url: /api }]
security: [{ service: [], caller: [] }]
paths:
  /health:
    get:
      operationId: getHealth
      security: []
      responses:
        '200': { description: Well., content: { application/json: { schema: { type: object, required: [status], properties: { status: { const: ok } } } } } }
  /notes:
    get:
      operationId: listNotes
      parameters:
        - { name: tags, in: query, schema: { type: array, items: { type: string, minLength: 1 } } }
        - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100, default: 20 } }
        - { name: since, in: query, schema: { type: string, format: date-time } }
        - { name: X-Color, in: header, schema: { type: string } }
        - { name: theme, in: cookie, schema: { type: string } }
      responses:
        '200': { description: Notes., content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Note' } } } } }
    post:
      operationId: addNote
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/NoteDraft' } } } }
      responses:
        '201': { description: Added., content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } } }
        '409': { $ref: '#/components/responses/TitleTaken' }
  /notes/{noteId}:
    parameters: [{ $ref: '#/components/parameters/NoteId' }]
    get:
      operationId: getNote
      responses:
        '200': { description: A note., content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } } }
        '404': { $ref: '#/components/responses/NoteNotFound' }
    delete:
      operationId: deleteNote
      responses:
        '204': { description: Gone. }
        '404': { $ref: '#/components/responses/NoteNotFound' }
  /notes/{noteId}/text:
    parameters: [{ $ref: '#/components/parameters/NoteId' }]
    get:
      operationId: getText
      responses:
        '200': { description: The text., content: { text/plain: { schema: { type: string } } } }
    put:
      operationId: putText
      requestBody: { required: true, content: { text/plain: { schema: { type: string } } } }
      responses: { '204': { description: Kept. } }
  /notes/{noteId}/file:
    parameters: [{ $ref: '#/components/parameters/NoteId' }]
    get:
      operationId: getFile
      responses:
        '200': { description: The file., content: { application/octet-stream: {} } }
    put:
      operationId: putFile
      requestBody: { content: { application/octet-stream: {} } }
      responses: { '204': { description: Kept. } }
  /shelves/{name}:
    put:
      operationId: nameShelf
      parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
      responses:
        '200': { description: The name., content: { application/json: { schema: { type: string } } } }
  /echo:
    post:
      operationId: echo
      security: []
      requestBody: { required: true, content: { application/json: { schema: {} } } }
      responses:
        '200': { description: The same., content: { application/json: { schema: {} } } }
        '400': { description: No., content: { application/problem+json: { schema: { type: object } } } }
components:
  securitySchemes:
    service: { type: http, scheme: bearer }
    caller: { type: apiKey, in: header, name: x-switchover-caller }
  parameters:
    NoteId: { name: noteId, in: path, required: true, schema: { type: string, format: uuid } }
  schemas:
    NoteDraft:
      type: object
      additionalProperties: false
      required: [title]
      properties:
        title: { type: string, minLength: 1, maxLength: 40 }
        due: { type: string, format: date-time }
        tags: { type: array, items: { type: string, minLength: 1 }, maxItems: 5 }
    Note:
      type: object
      additionalProperties: false
      required: [id, title, tags, writtenAt]
      properties:
        id: { type: string, format: uuid }
        title: { type: string, minLength: 1, maxLength: 40 }
        due: { type: string, format: date-time }
        tags: { type: array, items: { type: string, minLength: 1 } }
        writtenAt: { type: string, format: date-time }
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
  responses:
    NoteNotFound:
      description: There is no such note.
      content:
        application/problem+json:
          schema:
            allOf:
              - { $ref: '#/components/schemas/Problem' }
              - { required: [noteId], properties: { code: { const: note_not_found }, noteId: { type: string, format: uuid } } }
    TitleTaken:
      description: There is a note with this title.
      content:
        application/problem+json:
          schema:
            allOf:
              - { $ref: '#/components/schemas/Problem' }
              - { properties: { code: { const: title_taken } } }
"""


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class NoteDraft(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    due: AwareDatetime | None = None
    tags: list[str] = []


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    id: UUID
    title: str
    due: AwareDatetime | None = None
    tags: list[str]
    written_at: AwareDatetime = Field(alias="writtenAt")


@dataclass(frozen=True)
class Caller:
    user_id: str
    groups: frozenset[str] = frozenset()


class DeskError(Exception):
    """Base of what goes wrong at a desk."""


class NoteNotFound(DeskError):
    code = "note_not_found"

    def __init__(self, detail: str = "", *, note_id: UUID) -> None:
        super().__init__(detail)
        self.note_id = note_id


class TitleTaken(DeskError):
    code = "title_taken"


class Desk(Protocol):
    async def get_health(self) -> Health: ...
    async def list_notes(
        self,
        caller: Caller,
        tags: list[str] | None = None,
        *,
        limit: int = 20,
        since: datetime | None = None,
        x_color: str | None = None,
        theme: str | None = None,
    ) -> list[Note]: ...
    async def add_note(self, caller: Caller, draft: NoteDraft) -> Note: ...
    async def get_note(self, caller: Caller, note_id: UUID) -> Note: ...
    async def delete_note(self, caller: Caller, note_id: UUID) -> None: ...
    async def get_text(self, caller: Caller, note_id: UUID) -> str: ...
    async def put_text(self, caller: Caller, note_id: UUID, text: str) -> None: ...
    async def get_file(self, caller: Caller, note_id: UUID) -> bytes: ...
    async def put_file(self, caller: Caller, note_id: UUID, file: bytes | None = None) -> None: ...
    async def name_shelf(self, caller: Caller, name: str) -> str: ...
    async def echo(self, value: Any) -> Any: ...


class BlockingDesk(Protocol):
    def get_health(self) -> Health: ...
    def list_notes(
        self,
        caller: Caller,
        tags: list[str] | None = None,
        *,
        limit: int = 20,
        since: datetime | None = None,
        x_color: str | None = None,
        theme: str | None = None,
    ) -> list[Note]: ...
    def add_note(self, caller: Caller, draft: NoteDraft) -> Note: ...
    def get_note(self, caller: Caller, note_id: UUID) -> Note: ...
    def delete_note(self, caller: Caller, note_id: UUID) -> None: ...
    def get_text(self, caller: Caller, note_id: UUID) -> str: ...
    def put_text(self, caller: Caller, note_id: UUID, text: str) -> None: ...
    def get_file(self, caller: Caller, note_id: UUID) -> bytes: ...
    def put_file(self, caller: Caller, note_id: UUID, file: bytes | None = None) -> None: ...
    def name_shelf(self, caller: Caller, name: str) -> str: ...
    def echo(self, value: Any) -> Any: ...


@dataclass
class InMemoryBlockingDesk:
    """What a desk does, in plain `def`."""

    notes: dict[UUID, Note] = field(default_factory=dict)
    texts: dict[UUID, str] = field(default_factory=dict)
    files: dict[UUID, bytes] = field(default_factory=dict)
    seen: list[Any] = field(default_factory=list)
    calls: int = 0

    def get_health(self) -> Health:
        return Health(status="ok")

    def list_notes(
        self,
        caller: Caller,
        tags: list[str] | None = None,
        *,
        limit: int = 20,
        since: datetime | None = None,
        x_color: str | None = None,
        theme: str | None = None,
    ) -> list[Note]:
        self.seen.append({"tags": tags, "limit": limit, "since": since, "x_color": x_color, "theme": theme})
        found = [note for note in self.notes.values() if not tags or set(tags) & set(note.tags)]
        return [note.model_copy(deep=True) for note in found[:limit]]

    def add_note(self, caller: Caller, draft: NoteDraft) -> Note:
        self.calls += 1
        if any(note.title == draft.title for note in self.notes.values()):
            raise TitleTaken(f"there is a note {draft.title!r}")
        note_id = UUID(int=NOTE_ID.int + len(self.notes))
        note = Note(id=note_id, title=draft.title, due=draft.due, tags=list(draft.tags), written_at=NOON)
        self.notes[note_id] = note.model_copy(deep=True)
        return note

    def get_note(self, caller: Caller, note_id: UUID) -> Note:
        self.seen.append(caller)
        self.calls += 1
        if note_id not in self.notes:
            raise NoteNotFound("no such note", note_id=note_id)
        return self.notes[note_id].model_copy(deep=True)

    def delete_note(self, caller: Caller, note_id: UUID) -> None:
        self.calls += 1
        if self.notes.pop(note_id, None) is None:
            raise NoteNotFound("no such note", note_id=note_id)

    def get_text(self, caller: Caller, note_id: UUID) -> str:
        return self.texts.get(note_id, "")

    def put_text(self, caller: Caller, note_id: UUID, text: str) -> None:
        self.texts[note_id] = text

    def get_file(self, caller: Caller, note_id: UUID) -> bytes:
        return self.files.get(note_id, b"")

    def put_file(self, caller: Caller, note_id: UUID, file: bytes | None = None) -> None:
        self.seen.append(file)
        self.files[note_id] = file or b""

    def name_shelf(self, caller: Caller, name: str) -> str:
        return name

    def echo(self, value: Any) -> Any:
        self.seen.append(value)
        if value == "fail":
            raise RuntimeError("a secret that nobody may see")
        if value == "busy":
            raise ServiceUnavailable("later", retry_after=7)
        if value == "unwritable":
            return object()
        return value


class InMemoryDesk:
    """The same, in `async def`: a real asynchronous backend would await its database."""

    def __init__(self, desk: InMemoryBlockingDesk | None = None) -> None:
        self.desk = desk or InMemoryBlockingDesk()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.desk, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            return method(*args, **kwargs)

        call.__signature__ = inspect.signature(method)  # type: ignore[attr-defined]
        return call


AIKO = Caller("aiko", frozenset({"beta"}))


def contract(text: str = CONTRACT) -> Contract:
    return Contract.read("openapi.yaml", lambda _: text.encode())


@cache
def desk_port(recorder: Recorder | None = None) -> Port[Desk]:
    return contract().bind(Desk, caller=Caller, errors=DeskError, recorder=recorder)


@cache
def blocking_desk_port(recorder: Recorder | None = None) -> Port[BlockingDesk]:
    return contract().bind(BlockingDesk, caller=Caller, errors=DeskError, recorder=recorder)


async def result_of(value: Any) -> Any:
    """What a call gives, whether its method is `async def` or `def`."""
    return await value if inspect.isawaitable(value) else value
