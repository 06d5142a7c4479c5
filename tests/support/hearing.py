"""One operation, called under every wiring with everything that can go wrong, while somebody listens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel

from support.canaries import Aviary, Ears, broken
from switchover import AsgiTransport, Fidelity, FidelityError, Inspector, Port, SwitchoverError, Timeouts
from switchover.contract import Media
from switchover.parity import Breach
from switchover.port.faithful import received
from switchover.port.plan import Plan
from switchover.port.wire import WireRequest, WireResponse
from unit.port.asking import ask

Behaviour = Callable[[], Any]


@dataclass
class Stage:
    """A port, who calls, and the one who listens."""

    port: Port[Any]
    caller: Any
    aviary: Aviary
    ears: Ears


class Undeclared(Exception):
    """What no contract knows."""


class Answering:
    """A transport that has the answer already."""

    def __init__(self, status: int, media_type: str, body: bytes) -> None:
        self._response = WireResponse(status, [("content-type", media_type)], body)

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """See `Transport.send`."""
        return self._response

    async def aclose(self) -> None:
        """Nothing to close."""


def backend(port: Port[Any], behaviour: Behaviour) -> Any:
    """An object whose every method does the same."""

    def method(plan: Plan) -> Callable[..., Any]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            return behaviour()

        call.__signature__ = plan.signature  # type: ignore[attr-defined]
        return call

    made = type("Backend", (), {})()
    for name, plan in port.plans.items():
        setattr(made, name, method(plan))
    return made


def bound(plan: Plan, caller: Any, values: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments as the method takes them."""
    given = dict(zip(plan.arguments, values, strict=True))
    parameters = list(plan.signature.parameters.values())
    first = [caller] if plan.has_caller else []
    named = {p.name: given.pop(p.name) for p in parameters if p.kind is p.KEYWORD_ONLY and p.name in given}
    return [*first, *given.values()], named


async def under_every_wiring(stage: Stage, plan: Plan, values: list[Any], behaviour: Behaviour) -> None:
    """Call, and listen to how it ends."""
    port, ears = stage.port, stage.ears
    found: list[Breach] = []
    inspector = Inspector(1, found.extend)
    logging_inspector = Inspector(1)
    made = backend(port, behaviour)
    service = port.serve(made, trust="open")
    wirings: list[tuple[Any, bool]] = [
        (port.direct(made), False),
        (port.direct(made, fidelity=Fidelity.STRICT), False),
        (port.direct(made, fidelity=inspector), False),
        (port.direct(made, fidelity=logging_inspector), False),
        (port.http(transport=AsgiTransport(service), trust="open"), True),
    ]
    args, kwargs = bound(plan, stage.caller, values)
    for wired, is_remote in wirings:
        try:
            await getattr(wired, plan.method)(*args, **kwargs)
        except SwitchoverError as error:
            ears.hear_error(error, is_chained=is_remote or not isinstance(error, FidelityError))
        except Exception as error:  # the team's own, as it was raised or as the contract documents it
            assert isinstance(error, Undeclared) != is_remote or plan.failures.entry_of(error) is not None
            for note in getattr(error, "__notes__", ()):
                ears.hear(note)
    inspector.close()
    logging_inspector.close()
    for breach in found:
        ears.hear(str(breach) + repr(breach))


async def answered(stage: Stage, plan: Plan, status: int, media_type: str, body: bytes) -> None:
    """A service answers this."""
    client = stage.port.http(transport=Answering(status, media_type, body), trust="open")
    args, kwargs = bound(plan, stage.caller, valid(plan))
    try:
        await getattr(client, plan.method)(*args, **kwargs)
    except SwitchoverError as error:
        stage.ears.hear_error(error)
    except Exception as error:  # a documented failure, in the team's own class
        assert plan.failures.entry_of(error) is not None
        for note in getattr(error, "__notes__", ()):
            stage.ears.hear(note)


_VALID: dict[int, list[Any]] = {}


def valid(plan: Plan) -> list[Any]:
    """The arguments that the contract takes, set by `with_request`."""
    return _VALID[id(plan)]


def with_request(plan: Plan, request: WireRequest) -> list[Any]:
    """The arguments of a request that the contract takes."""
    _VALID[id(plan)] = plan.requests.read(received(request))
    return _VALID[id(plan)]


async def requested(stage: Stage, plan: Plan, request: WireRequest, headers: list[tuple[str, str]]) -> None:
    """Somebody sends this to the service, which must not repeat it."""
    service = stage.port.serve(backend(stage.port, lambda: None), trust="open")
    target = stage.port.base_path + request.target
    told = await ask(service, request.method, target, *request.headers, *headers, parts=(request.body or b"",))
    if told.status >= 400:
        stage.ears.hear(told.body.decode() + repr(told.headers))


def broken_requests(request: WireRequest, aviary: Aviary) -> Iterator[WireRequest]:
    """The request with one thing wrong: in its body, a segment, the query, or a header."""
    head = request.method, request.target, request.headers
    if request.body is not None:
        bodies = [json.dumps(value).encode() for value in broken(json.loads(request.body), aviary)]
        for body in (*bodies, json.dumps(aviary.text()).encode(), b"{" + aviary.text().encode()):
            yield WireRequest(*head, body)
    path, mark, query = request.target.partition("?")
    pieces = path.split("/")
    for index in range(1, len(pieces)):
        yield WireRequest(
            request.method,
            "/".join([*pieces[:index], aviary.text() * 5, *pieces[index + 1 :]]) + mark + query,
            request.headers,
            request.body,
        )
    pairs = query.split("&") if query else []
    for index, pair in enumerate(pairs):
        name = pair.partition("=")[0]
        for wrong in (f"{name}={aviary.text() * 5}", f"{pair}&{name}={aviary.text()}", f"{pair}%ff{aviary.text()}"):
            changed = [*pairs[:index], wrong, *pairs[index + 1 :]]
            yield WireRequest(request.method, f"{path}?{'&'.join(changed)}", request.headers, request.body)
    for index, (name, _) in enumerate(request.headers):
        if name.lower() != "content-type":
            headers = [*request.headers[:index], (name, aviary.text() * 5), *request.headers[index + 1 :]]
            yield WireRequest(request.method, request.target, headers, request.body)


def broken_models(value: Any, aviary: Aviary) -> Iterator[Any]:
    """A model with something wrong in one field each, at any depth."""
    if isinstance(value, BaseModel):
        fields = dict(value)
        for name, inner in fields.items():
            for wrong in (
                [aviary.text()],
                {aviary.text(): aviary.text()},
                aviary.number(),
                aviary.text() * 2000,
                *broken_models(inner, aviary),
            ):
                yield type(value).model_construct(_fields_set=set(fields), **(fields | {name: wrong}))
    elif isinstance(value, list) and value:
        for wrong in broken_models(value[0], aviary):
            yield [wrong, *value[1:]]
    elif isinstance(value, dict) and value:
        name = next(iter(value))
        yield value | {name: [aviary.text()]}
    elif not isinstance(value, str | list | dict):
        yield Undeclared(aviary.text())
    else:
        yield aviary.text() * 2000


def _given(value: Any) -> Any:
    return value


async def everything(
    stage: Stage, plan: Plan, request: WireRequest, answer: bytes | None, headers: list[tuple[str, str]]
) -> None:
    """Every way in which one operation can go, valid and not."""
    values = with_request(plan, request)
    codec = plan.answers.codecs[0]
    result = codec.read(answer) if answer is not None else None

    def undeclared() -> Any:
        private = stage.aviary.text()
        try:
            raise KeyError(private)
        except KeyError as error:
            raise Undeclared(f"{private} {result!r}", values) from error

    await under_every_wiring(stage, plan, values, lambda: result)
    await under_every_wiring(stage, plan, values, undeclared)
    for wrong in broken_models(result, stage.aviary):
        await under_every_wiring(stage, plan, values, partial(_given, wrong))
    for index, value in enumerate(values):
        for wrong in broken_models(value, stage.aviary):
            changed = [*values[:index], wrong, *values[index + 1 :]]
            await under_every_wiring(stage, plan, changed, lambda: result)
    for wrong_request in broken_requests(request, stage.aviary):
        await requested(stage, plan, wrong_request, headers)
    if codec.media is Media.JSON and answer is not None:
        for wrong in broken(json.loads(answer), stage.aviary):
            await answered(stage, plan, codec.status, "application/json", json.dumps(wrong).encode())
        await answered(stage, plan, codec.status, "application/json", b"{" + stage.aviary.text().encode())
        await answered(stage, plan, codec.status, f"text/{stage.aviary.text()}", answer)
        await answered(stage, plan, 418, "application/json", answer)
