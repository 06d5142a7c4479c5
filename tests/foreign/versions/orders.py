"""Both versions of a shop's orders, in Python, over the rows that they share."""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from switchover import current

Rows = dict[str, dict[str, Any]]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SoldOut(Exception):
    code = "sold_out"

    def __init__(self, detail: str = "", *, until: str | None = None) -> None:
        super().__init__(detail)
        self.until = until


class OlderSoldOut(Exception):
    code = "sold_out"


class ShopClosed(Exception):
    code = "shop_closed"

    def __init__(self, detail: str = "", *, hours: int) -> None:
        super().__init__(detail)
        self.hours = hours


class Card(Closed):
    by: Literal["card"]
    digits: str


class Cash(Closed):
    by: Literal["cash"]


class Order(Closed):
    id: str
    name: str
    state: Literal["open", "paid", "other"]
    kind: Literal["book", "toy"]
    payment: Card | Cash | None = None


class Orders(Closed):
    items: list[Order]


class Shop(Protocol):
    async def list_orders(self) -> Orders: ...

    async def add_order(self, name: str) -> Order: ...

    async def get_order(self, order_id: str) -> Order: ...


class NewerCard(Closed):
    by: Literal["card"]
    digits: str
    issuer: str | None = None


class Voucher(Closed):
    by: Literal["voucher"]
    number: int


class NewerOrder(Closed):
    id: str
    name: str
    state: Literal["open", "paid", "refunded", "other"]
    kind: Literal["book", "toy", "game"]
    note: str | None = None
    payment: NewerCard | Cash | Voucher | None = None


class NewerOrders(Closed):
    items: list[NewerOrder]
    total: int | None = None


class NewerShop(Protocol):
    async def list_orders(self) -> NewerOrders: ...

    async def add_order(self, name: str) -> NewerOrder: ...

    async def get_order(self, order_id: str) -> NewerOrder: ...


CARD: Final = {"by": "card", "digits": "1234"}


class _Backend:
    """What both versions do alike: an order is added once for each key."""

    def __init__(self, rows: Rows, keys: dict[str, str]) -> None:
        self.rows, self._keys = rows, keys
        self.calls = 0

    def _added(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        key = current().idempotency_key or ""
        if key not in self._keys:
            self._keys[key] = f"o{len(self.rows) + 1}"
            self.rows[self._keys[key]] = {"id": self._keys[key], "name": name, **values}
        return self.rows[self._keys[key]]

    def _all(self) -> list[dict[str, Any]]:
        self.calls += 1
        return list(self.rows.values())


class OlderBackend(_Backend):
    """Shows what it does not know of a row as the contract says, and nothing else of it."""

    async def list_orders(self) -> Orders:
        return Orders(items=[self._shown(row) for row in self._all()])

    async def add_order(self, name: str) -> Order:
        if name == "moon":
            raise OlderSoldOut("None left.")
        return self._shown(self._added(name, {"state": "open", "kind": "book", "payment": CARD}))

    async def get_order(self, order_id: str) -> Order:
        self.calls += 1
        return self._shown(self.rows[order_id])

    def _shown(self, row: dict[str, Any]) -> Order:
        state = row["state"] if row["state"] in ("open", "paid") else "other"
        kind = row["kind"] if row["kind"] in ("book", "toy") else "toy"
        return Order(id=row["id"], name=row["name"], state=state, kind=kind, payment=Card(by="card", digits="1234"))


class NewerBackend(_Backend):
    """Adds what the older version does not know to every answer."""

    def __init__(self, rows: Rows, keys: dict[str, str], *, state: str = "refunded", kind: str = "book") -> None:
        super().__init__(rows, keys)
        self._new = {"state": state, "kind": kind, "note": "gift", "payment": {**CARD, "issuer": "Bank"}}

    async def list_orders(self) -> NewerOrders:
        rows = self._all()
        return NewerOrders(items=[NewerOrder.model_validate(row) for row in rows], total=len(rows))

    async def add_order(self, name: str) -> NewerOrder:
        if name == "moon":
            raise SoldOut("None left.", until="spring")
        if name == "night":
            raise ShopClosed("Come back.", hours=8)
        return NewerOrder.model_validate(self._added(name, self._new))

    async def get_order(self, order_id: str) -> NewerOrder:
        self.calls += 1
        return NewerOrder.model_validate(self.rows[order_id])
