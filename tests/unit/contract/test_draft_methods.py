"""Methods as they are written in the field: decorated, cached, static, of classes, functions of a module."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from switchover import AsgiTransport, Contract, Fidelity
from switchover.contract.draft import Choice, Draft, draft
from switchover.errors import BindError, ContractError
from unit.contract import selling
from unit.contract.decorating import hiding, transactional
from unit.contract.selling import Unavailable


def document_of(made: Draft) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(made.text)
    return found


def operations_of(made: Draft) -> dict[str, tuple[str, dict[str, Any]]]:
    """HTTP method and operation, by id."""
    return {
        operation["operationId"]: (method.upper(), operation)
        for path in document_of(made)["paths"].values()
        for method, operation in path.items()
    }


def both(interface: Any, backend: Any) -> Iterator[Any]:
    """The port in this process, held to what HTTP would do, and over HTTP."""
    port: Any = Contract.read("draft.yaml", lambda _: draft(interface).text.encode()).bind(interface)
    yield port.direct(backend, fidelity=Fidelity.STRICT)
    with AsgiTransport(port.serve(backend, trust="open")) as transport:
        yield port.http(transport=transport)


class Gone(LookupError):
    """The item has been removed."""


class Decorated:
    @transactional
    def get_item(self, item_id: int) -> int:
        """Get an item."""
        raise Gone(f"item {item_id}")

    @functools.lru_cache  # noqa: B019
    def get_name(self, item_id: int) -> str:
        """Get a name.

        Raises:
            Gone: the item has been removed.
        """
        if item_id < 0:
            raise Gone("no name")
        return f"name {item_id}"


def test_decorated_methods_keep_exceptions_and_signature() -> None:
    made = draft(Decorated)
    assert made.errors == (Gone,)
    for name in ("getItem", "getName"):
        _, operation = operations_of(made)[name]
        assert [parameter["name"] for parameter in operation["parameters"]] == ["itemId"]
        assert any("Gone" in response.get("$ref", "") for response in operation["responses"].values())


def test_exceptions_of_decorated_methods_arrive_in_every_wiring() -> None:
    for port in both(Decorated, Decorated()):
        assert port.get_name(3) == "name 3"
        for call, text in ((port.get_item, "item -1"), (port.get_name, "no name")):
            with pytest.raises(Gone, match=text):
                call(-1)


class Hidden:
    @hiding
    def get_item(self, item_id: int) -> int:
        return item_id

    def get_name(self, item_id: int) -> str:
        return str(item_id)


def test_a_decorator_that_hides_its_arguments_is_named_with_the_remedy() -> None:
    made = draft(Hidden)
    assert made.methods == ("get_name",)
    assert [str(item) for item in made.left_out] == [
        f"{__name__}:Hidden.get_item has a decorator that hides its arguments; use functools.wraps in the decorator"
    ]


class Rejected(Exception):
    """Carries a `code` of its own, as Django's ValidationError does."""

    def __init__(self, message: str, code: str | None = None, status: int = 0, error_status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.error_status = error_status


class WithCode:
    def get_item(self, item_id: int) -> int:
        """Get an item.

        Raises:
            Rejected: the item is not for sale.
        """
        raise Rejected("not for sale", code="reserved", status=item_id, error_status=7)


def test_arguments_named_like_members_of_every_problem_travel_under_names_of_their_own() -> None:
    responses = document_of(draft(WithCode))["components"]["responses"]
    options = [
        option["allOf"][1]["properties"]
        for response in responses.values()
        for whole in [response["content"]["application/problem+json"]["schema"]]
        for option in whole.get("oneOf", [whole])
    ]
    [own] = [option for option in options if option["code"] == {"const": "rejected"}]
    assert set(own) == {"code", "errorCode", "ownErrorStatus", "errorStatus"}


def test_an_exception_with_a_code_of_its_own_arrives_in_every_wiring() -> None:
    for port in both(WithCode, WithCode()):
        with pytest.raises(Rejected, match="not for sale") as caught:
            port.get_item(4)
        error = caught.value
        assert (error.code, error.status, error.error_status) == ("reserved", 4, 7)


class Demanding(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Strict:
    def get_item(self, item_id: int) -> int:
        raise Demanding("x")


def test_binding_names_the_member_that_a_code_needs() -> None:
    document = document_of(draft(Strict))
    text = yaml.safe_dump(document).replace("errorCode", "elsewhere")
    with pytest.raises(BindError, match="add a member 'error_code' to it"):
        Contract.read("openapi.yaml", lambda _: text.encode()).bind(Strict)


class Shelf:
    limit = 3

    @staticmethod
    def get_item(item_id: int) -> int:
        """Get an item."""
        return item_id

    @classmethod
    def get_limit(cls) -> int:
        """Get the limit."""
        return cls.limit

    @classmethod
    def from_settings(cls, settings: object) -> Shelf:
        return cls()

    @property
    def size(self) -> int:
        return 3

    get_three = functools.partialmethod(get_item, 3)


def test_static_and_class_methods_are_drafted_or_named() -> None:
    made = draft(Shelf)
    assert made.methods == ("get_item", "get_limit")
    assert made.left_out == ()
    said = "\n".join(made.notes)
    assert "from_settings, a static or class method, is left out: returns what cannot cross as JSON" in said
    assert "size is a property, and is left out" in said
    assert "get_three is a partialmethod, and is left out" in said


def test_static_and_class_methods_are_called_in_every_wiring() -> None:
    for port in both(Shelf, Shelf()):
        assert (port.get_item(2), port.get_limit()) == (2, 3)


class WithHelper:
    def get_item(self, item_id: int) -> int:
        return item_id

    @staticmethod
    def double(number: int) -> int:
        return number * 2


def test_a_contract_may_leave_static_helpers_out() -> None:
    text = draft(WithHelper, choice=Choice(only=["get_item"])).text
    assert list(Contract.read("draft.yaml", lambda _: text.encode()).bind(WithHelper).plans) == ["get_item"]


def test_public_functions_of_a_module_are_drafted_and_bound() -> None:
    made = draft(selling)
    assert made.left_out == ()
    assert made.methods == ("add_item", "get_item")
    assert made.errors == (Unavailable,)
    for port in both(selling, selling):
        assert (port.add_item("abc"), port.get_item(1)) == (3, "item 1")
        with pytest.raises(Unavailable):
            port.add_item("")


def test_a_module_without_public_functions_names_its_classes() -> None:
    module = types.ModuleType("shop")
    module.Catalogue = type("Catalogue", (), {"__module__": "shop"})  # type: ignore[attr-defined]
    with pytest.raises(ContractError, match="shop defines no public functions; name a class: shop:Catalogue"):
        draft(module)
    with pytest.raises(BindError, match="name a class: shop:Catalogue"):
        Contract.read("draft.yaml", lambda _: draft(Hidden).text.encode()).bind(module)
