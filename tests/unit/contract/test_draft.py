"""First contracts of classes: they load, they bind back, and values pass the port that comes of it as they pass the class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Generic, Protocol, TypeVar

import pytest
import yaml
from pydantic import BaseModel

from switchover import AsgiTransport, Contract, Fidelity
from switchover.contract.draft import draft
from switchover.errors import ContractError

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)


def drafted(interface: type) -> dict[str, Any]:
    """The draft of a class, as plain values; it binds back."""
    text = draft(interface).text
    Contract.read("draft.yaml", lambda _: text.encode()).bind(interface)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def refusals(interface: type, **options: Any) -> list[str]:
    with pytest.raises(ContractError) as caught:
        draft(interface, **options)
    return [str(item) for item in caught.value.items]


def left_out(interface: type) -> list[str]:
    return [str(item) for item in draft(interface).left_out]


def passed(interface: type, backend: Any, call: Callable[[Any], Any]) -> list[Any]:
    """What a call gives in this process, held to what HTTP would do, and over HTTP."""
    port: Any = Contract.read("draft.yaml", lambda _: draft(interface).text.encode()).bind(interface)
    with AsgiTransport(port.serve(backend, trust="open")) as transport:
        return [call(port.direct(backend, fidelity=Fidelity.STRICT)), call(port.http(transport=transport))]


@dataclass
class Box(Generic[T]):
    inside: T


class ModelBox(BaseModel, Generic[T]):
    inside: T


class Bodies:
    """One argument, which may be an object."""

    def anything(self, value: Any) -> Any:
        return value

    def something(self, value: object) -> object:
        return value

    def variable(self, value: T) -> T:
        return value

    def union(self, value: int | dict[str, int]) -> int:
        return value if isinstance(value, int) else len(value)

    def perhaps(self, value: dict[str, int] | None = None) -> int:
        return -1 if value is None else len(value)

    def defaulted(self, value: Any = 3) -> int:
        return -1 if value is None else 0 if isinstance(value, dict) else int(value)


def body_of(interface: type, path: str) -> Any:
    return drafted(interface)["paths"][path]["post"]["requestBody"]


@pytest.mark.parametrize("name", ["anything", "something", "variable"])
@pytest.mark.parametrize("value", [1, None, "x", {"value": 1}, {}, [1, {"a": None}]])
def test_a_lone_argument_of_any_kind_is_the_whole_body(name: str, value: Any) -> None:
    assert body_of(Bodies, f"/{name}") == {"required": True, "content": {"application/json": {"schema": {}}}}

    class Copying(Bodies):
        pass

    def copied(self: Any, value: Any) -> Any:
        return dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else value

    setattr(Copying, name, copied)
    if value != [1, {"a": None}]:
        assert passed(Bodies, Copying(), lambda port: getattr(port, name)(value)) == [value, value]


@pytest.mark.parametrize("value", [3, {"value": 1}])
def test_a_lone_argument_that_may_be_an_object_is_the_whole_body(value: Any) -> None:
    expected = value if isinstance(value, int) else 1
    assert passed(Bodies, Bodies(), lambda port: port.union(value)) == [expected] * 2


def test_a_whole_body_that_is_left_out_means_the_default() -> None:
    backend = Bodies()
    assert (
        passed(Bodies, backend, lambda port: (port.perhaps(), port.perhaps({}), port.perhaps(None)))
        == [(-1, 0, -1)] * 2
    )
    assert (
        passed(Bodies, backend, lambda port: (port.defaulted(), port.defaulted({}), port.defaulted(None)))
        == [(3, 0, -1)] * 2
    )
    assert body_of(Bodies, "/perhaps")["required"] is body_of(Bodies, "/defaulted")["required"] is False


class Repository(Generic[T]):
    def get(self, key: int) -> T:
        raise NotImplementedError

    def some(self, keys: list[int]) -> list[T] | None:
        raise NotImplementedError

    def boxed(self, box: Box[T]) -> ModelBox[T]:
        raise NotImplementedError


class Middle(Repository[U], Generic[T, U]):
    def other(self, value: T) -> U:
        raise NotImplementedError


class Numbers(Middle[date, int]):
    pass


class Open(Repository[T]):
    pass


class Bare(Repository):  # type: ignore[type-arg]
    pass


class Readable(Protocol[T_co]):
    def read(self, key: int) -> T_co: ...


class Words(Readable[str], Protocol):
    def write(self, value: str) -> None: ...


def answer(document: dict[str, Any], path: str, method: str) -> Any:
    responses = document["paths"][path][method]["responses"]
    return responses.get("200", responses.get("201"))["content"]["application/json"]["schema"]


def test_type_variables_of_what_is_inherited_are_resolved() -> None:
    document = drafted(Numbers)
    paths = document["paths"]
    assert answer(document, "/{key}/get", "get") == {"type": "integer"}
    assert answer(document, "/some", "post")["anyOf"][0]["items"] == {"type": "integer"}
    assert answer(document, "/other", "post") == {"type": "integer"}
    body = paths["/other"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"] == {"value": {"type": "string", "format": "date"}}
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if "Box" in name and "int" in name]
    assert all(
        schema["properties"]["inside"] == {"type": "integer"} for name, schema in schemas.items() if "Box" in name
    )


class Half(Repository):  # type: ignore[type-arg]
    pass


class Mixed(Half, Open[int]):
    pass


def test_what_is_said_on_one_way_to_a_class_holds_on_all() -> None:
    assert answer(drafted(Mixed), "/{key}/get", "get") == {"type": "integer"}


def test_type_variables_of_protocols_are_resolved() -> None:
    assert answer(drafted(Words), "/{key}/read", "get") == {"type": "string"}


@pytest.mark.parametrize("interface", [Repository, Open, Bare])
def test_type_variables_that_are_left_open_are_anything(interface: type) -> None:
    assert answer(drafted(interface), "/{key}/get", "get") == {}


class Hours:
    def opens(self, at: time) -> time:
        return at


@pytest.mark.parametrize("at", [time(9), time(9, 0, 0, 5), time(9, tzinfo=UTC)])
def test_times_of_the_day_pass_with_an_offset_and_without(at: time) -> None:
    assert passed(Hours, Hours(), lambda port: port.opens(at)) == [at, at]


class Scripts:
    def ünïcode(self, n: int) -> int:  # noqa: PLC2401
        return n

    def unicode(self, n: int) -> str:
        return str(n)

    def 取得(self, größe: int) -> int:  # noqa: N802, PLC2401
        return größe

    def größe_of(self, größe_id: str) -> str:  # noqa: PLC2401
        return größe_id


def test_names_in_any_script_have_paths() -> None:
    assert list(drafted(Scripts)["paths"]) == ["/unicode", "/unicode-2", "/xn--tor86y", "/{größeId}/grosse"]
    assert (
        passed(Scripts, Scripts(), lambda it: (it.ünïcode(1), it.unicode(2), it.取得(3), it.größe_of("4")))
        == [(1, "2", 3, "4")] * 2
    )


class Trips:
    def get_entry_of_trip(self, trip_id: int, entry_id: int) -> str:
        return f"{trip_id}/{entry_id}"

    def list_entries(self, trip_id: int) -> list[int]:
        return [trip_id]

    def list_entry(self, trip_id: int) -> list[int]:
        return [trip_id, trip_id]


def test_identifiers_of_several_words_are_parts_of_a_path() -> None:
    assert "tripId" in next(iter(drafted(Trips)["paths"]))
    assert (
        passed(Trips, Trips(), lambda it: (it.get_entry_of_trip(1, 2), it.list_entries(3), it.list_entry(4)))
        == [("1/2", [3], [4, 4])] * 2
    )


class Careless(Protocol):
    def infinite(self, x: float = float("inf")) -> float: ...

    def not_a_number(self, x: list[float] = [float("nan")]) -> float: ...  # noqa: B006

    def mistyped(self, x: int = "3") -> int: ...  # type: ignore[assignment]

    def fine(self, x: int | None = None, y: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> int: ...

    def untyped(self, x) -> int: ...  # type: ignore[no-untyped-def]


def test_what_cannot_be_drafted_is_named_with_its_method() -> None:
    place = f"{__name__}:Careless"
    assert left_out(Careless) == [
        f"{place}.infinite gives 'x' the default inf, for which JSON has no word",
        f"{place}.not_a_number gives 'x' the default [nan], for which JSON has no word",
        f"{place}.mistyped gives 'x' the default '3', which is not of its own type",
        f"{place}.untyped has the argument 'x' without a type",
    ]
    assert draft(Careless).methods == ("fine",)


@pytest.mark.parametrize(
    "server", ["ht tp://x y", "ftp://x", "mailto:a", "http://", "/a?b", "/a#b", "/a/{v}", "/ü", "https://x y/"]
)
def test_a_server_that_is_no_address_is_refused(server: str) -> None:
    assert refusals(Hours, server=server) == [
        f"{__name__}:Hours cannot be served at {server!r}, which is neither a path nor an http(s) URL without query (RFC 3986)"
    ]


@pytest.mark.parametrize(
    ("server", "base"),
    [
        ("/", ""),
        ("/api/v1", "/api/v1"),
        ("https://example.org", ""),
        ("http://[::1]:80/a/", "/a"),
        ("/a%20b", "/a%20b"),
        ("api", "/api"),
    ],
)
def test_a_path_or_an_address_is_a_server(server: str, base: str) -> None:
    text = draft(Hours, server=server).text
    assert Contract.read("draft.yaml", lambda _: text.encode()).bind(Hours).base_path == base


class Closed(Exception):
    """Nobody is there."""


class Door:
    def open(self) -> None:
        raise Closed


def test_the_exceptions_of_a_draft_are_handed_out() -> None:
    assert (draft(Hours).errors, draft(Door).errors) == ((), (Closed,))


@dataclass(frozen=True)
class Caller:
    user_id: str
    groups: frozenset[str] = frozenset()


class Private:
    def get_note(self, caller: Caller, key: int) -> str:
        return f"{caller.user_id}{key}"

    def get_time(self) -> datetime: ...  # type: ignore[empty-body]


def test_methods_that_act_for_somebody_need_credentials() -> None:
    text = draft(Private, caller=Caller).text
    port = Contract.read("draft.yaml", lambda _: text.encode()).bind(Private, caller=Caller)
    assert [plan.has_caller for plan in port.plans.values()] == [True, False]
    assert port.warnings == ()


class Taken(Exception):
    code = "taken"


class Elsewhere:
    class Occupied(Exception):
        code = "taken"


class Wrapped(Exception):
    def __init__(self, inner: Callable[[], int]) -> None:
        self.inner = inner


class Impossible:
    def call(self, function: Callable[[], int], Function: int) -> Callable[[], int]:  # noqa: N803
        raise Taken

    def get_x(self) -> None:
        raise Elsewhere.Occupied

    def getX(self) -> None:  # noqa: N802
        raise Wrapped(lambda: 1)


def test_everything_that_cannot_cross_is_named() -> None:
    place = f"{__name__}:Impossible"
    said = "\n".join(left_out(Impossible))
    for part in (
        f"{place}.getX differs in case style only from 'get_x', and a contract cannot tell such names apart",
        f"{place}.call has the arguments 'function' and 'Function', which differ in case style only",
        f"{place}.call has the argument 'function', which cannot cross as JSON",
        f"{place}.call returns what cannot cross as JSON",
        f"{place}.getX raises Wrapped, which is made with 'inner', which cannot cross as JSON",
    ):
        assert part in said


class Twofold:
    def get_x(self) -> None:
        raise Elsewhere.Occupied

    def get_y(self) -> None:
        raise Taken


def test_two_exceptions_of_one_code_are_named() -> None:
    both = f"{__name__}.Elsewhere.Occupied and {__name__}.Taken have the code 'taken'"
    assert left_out(Twofold) == [
        f"{__name__}:Twofold.get_y raises Taken, and {both}; give one of them a `code` of its own"
    ]
    assert draft(Twofold).methods == ("get_x",)
