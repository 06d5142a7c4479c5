"""The Litestar application of a port."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import unquote

from litestar import Litestar, Response, Router
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from switchover.contract import Document
from switchover.errors import (
    BindError,
    CallError,
    InternalError,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
)
from switchover.port.direct import check_backend
from switchover.port.limits import Limits
from switchover.port.plan import CallerForm, Plans
from switchover.port.serve.addresses import Addresses
from switchover.port.serve.gate import Gate
from switchover.port.serve.handler import OperationHandler
from switchover.port.serve.incoming import trace_of_scope
from switchover.port.serve.mounts import Mounted, Mounts, check_mounts
from switchover.port.serve.reply import Reply, error_reply
from switchover.port.serve.route import Answering, route, send_reply, with_head_and_options
from switchover.port.serve.threads import Threads
from switchover.port.serve.tracing import traced
from switchover.telemetry import Recorder
from switchover.trust import Verifier

if TYPE_CHECKING:
    from switchover.telemetry.metrics.exporter import Metrics

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]] | AbstractAsyncContextManager[None]

_MEDIA_TYPES: Final = {"yaml": b"application/yaml", "yml": b"application/yaml", "json": b"application/json"}


class Service(Litestar):
    """A backend over HTTP.

    Attributes:
        gate: closes when the service is told to stop; see `switchover.port.hosting`.
        known: what answers, by path and method.
    """

    gate: Gate
    known: Mapping[str, Mapping[str, Answering]]

    def router(self) -> Router:
        """The same addresses, to be mounted beside others: `Litestar(route_handlers=[…, service.router()])`, `other.register(…)`.

        Whatever else the application does, and its lifespan, are its own. A slash inside a parameter of a path is not found there.
        """
        return Router("/", route_handlers=_handlers(self.known), exception_handlers=_EXCEPTIONS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Application entry point; see Litestar."""
        if scope["type"] == "http" and b"%2" in (scope.get("raw_path") or b""):
            # A slash inside a parameter arrives as %2F. Routing goes by the decoded path, where it would part the segment;
            # the parameter itself is read from the raw path.
            raw = scope["raw_path"].partition(b"?")[0].decode("latin-1")
            scope = {**scope, "path": unquote(raw.replace("%2F", "_").replace("%2f", "_"))}
        await super().__call__(scope, receive, send)


def serve(
    document: Document,
    interface: type,
    plans: Plans,
    backend: Any,
    *,
    base_path: str,
    caller: CallerForm | None,
    recorder: Recorder,
    verifier: Verifier | None = None,
    trust: Literal["open"] | None = None,
    limits: Limits | None = None,
    publish: bool = True,
    metrics: Metrics | None = None,
    metrics_path: str = "/metrics",
    mounts: Mapping[str, Mounted] | None = None,
    lifespan: Sequence[Lifespan] = (),
) -> Service:
    """See `Port.serve`."""
    _check_trust(plans, verifier, trust, has_metrics=metrics is not None)
    check_backend(interface, plans, backend)
    limits = limits or Limits()
    gate, threads = Gate(), Threads(limits.threads)
    answers: dict[str, dict[str, Answering]] = {}
    for name, plan in plans.items():
        path = _litestar_path(base_path + plan.operation.path)
        answers.setdefault(path, {})[plan.operation.method] = OperationHandler(
            plan,
            getattr(backend, name),
            verifier=verifier,
            caller=caller,
            limits=limits,
            gate=gate,
            recorder=recorder,
            threads=threads,
        )
    for path, sender in _publications(document, base_path) if publish else ():
        answers.setdefault(path, {}).setdefault("GET", sender)
    if metrics is not None:
        from switchover.port.serve.metrics import mount  # noqa: PLC0415 - an extra, imported where it is used

        mount(answers, plans, base_path, metrics=metrics, path=metrics_path, verifier=verifier, trust=trust)
    operations = [base_path + plan.operation.path for plan in plans.values()]
    check_mounts(mounts or {}, dict.fromkeys([*operations, *(path for path in answers if "{" not in path)]))
    known = {path: with_head_and_options(methods) for path, methods in answers.items()}
    service = _application(known, gate, lifespan)
    if mounts:
        service.asgi_handler = Mounts(mounts, gate, service.asgi_handler)
    return service


def _application(known: Mapping[str, Mapping[str, Answering]], gate: Gate, lifespan: Sequence[Lifespan]) -> Service:
    service = Service(
        route_handlers=_handlers(known),
        exception_handlers=_EXCEPTIONS,
        openapi_config=None,
        logging_config=None,
        lifespan=list(lifespan),
        debug=False,
    )
    service.gate, service.known = gate, known
    service.asgi_handler = Addresses(known, traced(service.asgi_handler))
    return service


def _handlers(known: Mapping[str, Mapping[str, Answering]]) -> list[HTTPRouteHandler]:
    return [route(path, methods) for path, methods in known.items()]


def _check_trust(plans: Plans, verifier: Verifier | None, trust: str | None, *, has_metrics: bool) -> None:
    if verifier is not None and trust is not None:
        raise ValueError('serve() has a verifier and trust="open"; only one can be meant')
    if trust not in (None, "open"):
        raise ValueError(f'trust is "open" or nothing, not {trust!r}')
    is_asked = any(plan.operation.needs_caller for plan in plans.values())
    if verifier is not None and not is_asked and not has_metrics:
        raise ValueError(
            "serve() has a verifier that no call would need to convince: the contract has no `security`, so anyone may call every "
            "operation. Give it some, or leave the verifier out"
        )
    if verifier is None and trust is None and is_asked:
        raise ValueError(
            "serve() has no verifier, so anyone could call as anyone. Give it one (verifier=SharedKeyVerifier(…)), "
            'or say that whoever can reach it is trusted (trust="open")'
        )


def _litestar_path(path: str) -> str:
    """`/trips/{tripId}` as Litestar writes it. Values are read from the raw path, so names do not matter, and two operations may
    name one place differently.
    """
    pieces = path.split("/")
    return (
        "/".join(f"{{p{index}:str}}" if piece.startswith("{") else piece for index, piece in enumerate(pieces)) or "/"
    )


def _publications(document: Document, base_path: str) -> Iterator[tuple[str, Answering]]:
    """Path and answer of the contract's files, byte for byte, so that relative references between them hold."""
    outside = [name for name in document.sources if name.startswith("..")]
    if outside:
        raise BindError(
            f"{document.name} cannot be published:",
            [
                f"{name} lies outside the folder of {document.name}; move it inside, or serve with publish=False"
                for name in outside
            ],
        )
    for name, source in document.sources.items():
        media_type = _MEDIA_TYPES.get(name.rpartition(".")[2], b"application/octet-stream")
        yield f"{base_path}/{name}", _sender(source.content, media_type)


def _sender(content: bytes, media_type: bytes) -> Answering:
    async def send(scope: Any, receive: Any) -> Reply:  # noqa: ARG001 - says the same to everyone
        return Reply(200, (b"content-type", media_type), content, trace_of_scope(scope).trace_id)

    return send


class _Prepared(Response[None]):
    """A Reply where Litestar wants a Response."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(None)
        self._reply = reply

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> ASGIResponse:
        return self._send  # type: ignore[return-value]  # Litestar calls it as an ASGI application, which it is

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:
        await send_reply(self._reply, send)


def _http_exception(request: Any, error: HTTPException) -> _Prepared:
    """What Litestar refuses by itself: an unknown path, another method, a host header that is none."""
    known: CallError
    if isinstance(error, MethodNotAllowedException):
        known = MethodNotAllowed("This address does not know this method.", allow=_allowed(error.headers or {}))
    elif error.status_code == 404:
        known = NotFound("There is no operation at this address.")
    elif error.status_code < 500:
        known = MalformedRequest("The request cannot be read.")
    else:
        known = InternalError()
    return _prepared(known, request)


def _other_exception(request: Any, error: Exception) -> _Prepared:  # noqa: ARG001 - what Litestar calls
    return _prepared(InternalError(), request)


def _prepared(error: CallError, request: Any) -> _Prepared:
    return _Prepared(error_reply(error, trace_of_scope(request.scope).trace_id))


def _allowed(headers: Mapping[str, str]) -> list[str]:
    text = next((value for name, value in headers.items() if name.lower() == "allow"), "")
    return sorted(method.strip() for method in text.split(",") if method.strip())


_EXCEPTIONS: Final[Any] = {HTTPException: _http_exception, Exception: _other_exception}
