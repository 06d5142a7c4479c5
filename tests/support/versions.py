"""Versions of one contract, with models, interface and backend of each, on one database: what meets during a deployment.

`python -m support.versions FILE [CHANGE…]` serves a version over HTTP, with its orders in an SQLite file.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

from switchover import Contract, Port, Recorder, current
from switchover.port.hosting import Address, run

CHANGES = (
    "note",
    "note required",
    "draft note",
    "more operations",
    "held",
    "held or open",
    "detail",
    "deprecated",
    "short",
)
"""What a version may have besides the first one. `held or open`: the value, and what its readers take for values they do not know."""


class OrderError(Exception):
    """Base of what goes wrong with orders."""


class OrderNotFound(OrderError):
    """There is no such order."""

    code = "order_not_found"


class Store:
    """Orders and the keys of writes, in one SQLite file that both sides work on (decision 32)."""

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        with self._written() as database:
            database.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, content TEXT)")
            database.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, id INTEGER)")

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise

    def add(self, content: dict[str, Any], key: str | None) -> int:
        """Write an order, once for each key; its number."""
        with self._written() as database:
            known = database.execute("SELECT id FROM keys WHERE key = ?", (key,)).fetchone()
            if known is not None:
                return int(known[0])
            added = database.execute("INSERT INTO orders (content) VALUES (?)", (json.dumps(content),)).lastrowid
            assert added is not None
            database.execute("INSERT INTO keys VALUES (?, ?)", (key or f"none {added}", added))
            return added

    def change(self, number: int, **members: Any) -> None:
        """Change members of an order."""
        content = {**self.read(number), **members}
        with self._written() as database:
            database.execute("UPDATE orders SET content = ? WHERE id = ?", (json.dumps(content), number))

    def read(self, number: int) -> dict[str, Any]:
        """An order."""
        with self._lock:
            found = self._database.execute("SELECT content FROM orders WHERE id = ?", (number,)).fetchone()
        if found is None:
            raise OrderNotFound(f"there is no order {number}")
        content: dict[str, Any] = json.loads(found[0])
        return content

    def titles(self) -> list[str]:
        """The titles of all orders, in the order in which they were written."""
        with self._lock:
            return [json.loads(row[0])["title"] for row in self._database.execute("SELECT content FROM orders")]

    def close(self) -> None:
        """Close the database."""
        self._database.close()


class Version:
    """A version of the contract and everything that was written for it."""

    def __init__(self, number: str, *changes: str) -> None:
        assert set(changes) <= set(CHANGES), changes
        self.number, self.changes = number, frozenset(changes)

    def __str__(self) -> str:
        return self.number

    def has(self, *changes: str) -> bool:
        """Whether it has any of these changes."""
        return not self.changes.isdisjoint(changes)

    @property
    def text(self) -> str:
        """The contract."""
        has_note = self.has("note", "note required")
        enum = "[open, done, held], x-unknown: open" if self.has("held or open") else "[open, done, held]"
        listed = enum if self.has("held", "held or open") else "[open, done]"
        return _CONTRACT.format(
            version=self.number,
            deprecated="deprecated: true" if self.has("deprecated") else "summary: Read an order",
            detail=_DETAIL if self.has("detail") else "",
            more=_MORE if self.has("more operations") else "",
            note="note: { type: string }" if has_note else "",
            required="id, title, status, note" if self.has("note required") else "id, title, status",
            draft_note="note: { type: string }" if self.has("draft note") else "",
            longest=10 if self.has("short") else 40,
            status=listed,
        )

    @cached_property
    def order(self) -> type[BaseModel]:
        """The model of an order."""
        status: Any = Literal["open", "done", "held"] if self.has("held", "held or open") else Literal["open", "done"]
        fields: dict[str, Any] = {"id": (int, ...), "title": (str, ...), "status": (status, ...)}
        if self.has("note", "note required"):
            fields["note"] = (str, ...) if self.has("note required") else (str | None, None)
        return create_model("Order", __config__=ConfigDict(extra="forbid"), **fields)

    @cached_property
    def draft(self) -> type[BaseModel]:
        """The model of a new order."""
        fields: dict[str, Any] = {"title": (str, ...)}
        if self.has("draft note"):
            fields["note"] = (str | None, None)
        return create_model("Draft", __config__=ConfigDict(extra="forbid"), **fields)

    @cached_property
    def interface(self) -> type:
        """The interface."""

        def get_order(self: Any, order_id: Any, detail: Any = None) -> Any: ...
        def get_plain_order(self: Any, order_id: Any) -> Any: ...
        def add_order(self: Any, draft: Any) -> Any: ...
        def list_orders(self: Any) -> Any: ...
        def close_order(self: Any, order_id: Any) -> Any: ...

        get = get_order if self.has("detail") else get_plain_order
        get.__name__ = "get_order"
        order, number = self.order, int
        get.__annotations__ = {
            "order_id": number,
            "return": order,
            **({"detail": bool | None} if get is get_order else {}),
        }
        add_order.__annotations__ = {"draft": self.draft, "return": order}
        list_orders.__annotations__ = {"return": list.__class_getitem__(order)}
        close_order.__annotations__ = {"order_id": number, "return": order}
        methods: dict[str, Any] = {"get_order": get, "add_order": add_order}
        if self.has("more operations"):
            methods |= {"list_orders": list_orders, "close_order": close_order}
        return type("Orders", (), {**methods, "__module__": __name__})

    def port(self, recorder: Recorder | None = None) -> Port[Any]:
        """The port of this version."""
        contract = Contract.read("openapi.yaml", lambda _: self.text.encode())
        return contract.bind(self.interface, errors=OrderError, recorder=recorder)

    def backend(self, store: Store) -> Backend:
        """The backend of this version."""
        return Backend(self, store)


class Backend:
    """What any version does, on the data of all: a value that it does not know is open, as far as it can see."""

    def __init__(self, version: Version, store: Store) -> None:
        self._version, self._store = version, store
        self._statuses = ("open", "done", "held") if version.has("held", "held or open") else ("open", "done")

    def get_order(self, order_id: int, detail: bool | None = None) -> Any:
        """An order."""
        return self._order(order_id)

    def add_order(self, draft: Any) -> Any:
        """A new order, once under its key."""
        is_held = draft.title.startswith("hold") and "held" in self._statuses
        content = {"status": "held" if is_held else "open", **draft.model_dump()}
        if self._version.has("note", "note required"):
            content.setdefault("note", f"noted by {self._version}")
        return self._order(self._store.add(content, current().idempotency_key))

    def list_orders(self) -> Any:
        """All orders."""
        return [self._order(number + 1) for number, _ in enumerate(self._store.titles())]

    def close_order(self, order_id: int) -> Any:
        """Close an order."""
        self._store.read(order_id)
        self._store.change(order_id, status="done")
        return self._order(order_id)

    def _order(self, number: int) -> Any:
        content = self._store.read(number)
        if content["status"] not in self._statuses:
            content["status"] = "open"
        if self._version.has("note required"):
            content["note"] = content.get("note") or ""
        known = {name: content[name] for name in self._version.order.model_fields if content.get(name) is not None}
        return self._version.order(**known, id=number)


_CONTRACT = """
openapi: 3.1.0
info: {{ title: Orders, version: {version} }}
security: []
paths:
  /orders/{{orderId}}:
    get:
      operationId: getOrder
      {deprecated}
      parameters:
        - {{ name: orderId, in: path, required: true, schema: {{ type: integer }} }}
        {detail}
      responses:
        '200': {{ $ref: '#/components/responses/Order' }}
        '404': {{ $ref: '#/components/responses/OrderNotFound' }}
  /orders:
    post:
      operationId: addOrder
      requestBody: {{ required: true, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Draft' }} }} }} }}
      responses:
        '201': {{ $ref: '#/components/responses/Order' }}
{more}
components:
  responses:
    Order: {{ description: One., content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Order' }} }} }} }}
    OrderNotFound:
      description: None.
      content:
        application/problem+json:
          schema:
            type: object
            required: [code]
            properties: {{ code: {{ const: order_not_found }}, detail: {{ type: string }} }}
  schemas:
    Order:
      type: object
      additionalProperties: false
      required: [{required}]
      properties:
        id: {{ type: integer }}
        title: {{ type: string, maxLength: 40 }}
        status: {{ type: string, enum: {status} }}
        {note}
    Draft:
      type: object
      additionalProperties: false
      required: [title]
      properties:
        title: {{ type: string, maxLength: {longest} }}
        {draft_note}
"""

_DETAIL = "- { name: detail, in: query, schema: { type: boolean } }"

_MORE = """
  /all-orders:
    get:
      operationId: listOrders
      responses:
        '200':
          description: All.
          content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Order' } } } }
  /orders/{orderId}/closing:
    post:
      operationId: closeOrder
      parameters: [{ name: orderId, in: path, required: true, schema: { type: integer } }]
      responses:
        '201': { $ref: '#/components/responses/Order' }
        '404': { $ref: '#/components/responses/OrderNotFound' }
"""


def main(path: str, number: str, *changes: str) -> None:
    """Serve a version until a signal comes."""
    version = Version(number, *changes)
    service = version.port().serve(version.backend(Store(path)))

    def say(address: Address) -> None:
        print(f"listening on http://{address.host}:{address.port}", flush=True)

    run(service, Address(port=0), on_ready=say)


if __name__ == "__main__":
    main(*sys.argv[1:])
