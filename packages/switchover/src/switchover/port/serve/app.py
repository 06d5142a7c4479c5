"""The Litestar application of a port."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import unquote

from switchover import context
from switchover.contract import Document, Operation
from switchover.errors import (
    BindError,
    CallError,
    InternalError,
    MalformedRequest,
    MethodNotAllowed,
    OperationMissing,
    failure_of,
    outline,
)
from switchover.extras import extra
from switchover.port.direct import check_backend
from switchover.port.limits import Limits
from switchover.port.plan import CallerForm, Plans
from switchover.port.problems import problem
from switchover.port.serve.addresses import Addresses
from switchover.port.serve.gate import Gate
from switchover.port.serve.handler import OperationHandler
from switchover.port.serve.health import HEALTH_PATH, add_health
from switchover.port.serve.incoming import trace_of_scope
from switchover.port.serve.mounts import Mounted, Mounts, check_mounts
from switchover.port.serve.reply import Header, Reply, error_reply, problem_reply
from switchover.port.serve.route import Answering, by_slash, route, send_reply, with_head_and_options
from switchover.port.serve.threads import Threads
from switchover.port.serve.tracing import traced
from switchover.port.serve.unreached import log_unreached
from switchover.telemetry import Recorder, TraceContext
from switchover.trust import Verifier
from switchover.versions import CONTRACT_HEADER

with extra("serve"):
    from litestar import Litestar, Response, Router
    from litestar.exceptions import HTTPException, MethodNotAllowedException
    from litestar.handlers import HTTPRouteHandler
    from litestar.response.base import ASGIResponse

if TYPE_CHECKING:
    from switchover.telemetry.metrics.exporter import Metrics

_log: Final = logging.getLogger("switchover.serve")

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]] | AbstractAsyncContextManager[None]

_MEDIA_TYPES: Final = {"yaml": b"application/yaml", "yml": b"application/yaml", "json": b"application/json"}


class Service(Litestar):
    """A backend over HTTP.

    Attributes:
        gate: closes when the service is told to stop; see `switchover.port.hosting`.
        known: what answers, by path and method.
        mark: the header that names the contract's version, on every answer of the contract's addresses and on refusals.
    """

    gate: Gate
    known: Mapping[str, Mapping[str, Answering]]
    mark: Header

    def router(self) -> Router:
        """The same addresses, to be mounted beside others: `Litestar(route_handlers=[…, service.router()])`, `other.register(…)`.

        Whatever else the application does, its health and its lifespan, are its own. A slash inside a parameter of a path is not
        found there.
        """
        known = {path: methods for path, methods in self.known.items() if path != HEALTH_PATH}
        return Router("/", route_handlers=_handlers(known, self.mark), exception_handlers=_exceptions(self.mark))

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
    gate, limits = Gate(), limits or Limits()
    threads, answers = Threads(limits.threads), dict[str, dict[str, Answering]]()
    for name, plan in plans.items():
        handler = OperationHandler(
            plan,
            getattr(backend, name),
            verifier=verifier,
            caller=caller,
            limits=limits,
            gate=gate,
            recorder=recorder,
            threads=threads,
            base_path=base_path,
        )
        _add(answers, base_path, plan.operation, handler)
    for path, sender in _publications(document, base_path) if publish else ():
        answers.setdefault(path, {}).setdefault("GET", sender)
    if metrics is not None:
        from switchover.port.serve.metrics import mount  # noqa: PLC0415 - an extra, imported where it is used

        mount(answers, plans, base_path, metrics=metrics, path=metrics_path, verifier=verifier, trust=trust)
    operations = [base_path + plan.operation.path for plan in plans.values()]
    check_mounts(mounts or {}, dict.fromkeys([*operations, *(path for path in answers if "{" not in path)]))
    add_health(answers, operations, mounts or (), document, gate)
    mark = (CONTRACT_HEADER.encode(), document.contract_version.header.encode())
    service = _application(answers, gate, lifespan, mark)
    if mounts:
        service.asgi_handler = Mounts(mounts, gate, service.asgi_handler)
    return service


def _add(answers: dict[str, dict[str, Answering]], base_path: str, operation: Operation, handler: Answering) -> None:
    """Answer an operation at its path, with or without a slash at the end; where both are operations, the slash decides."""
    path, method = _litestar_path(base_path + operation.path), operation.method
    key = path.rstrip("/") or "/"
    other = answers.setdefault(key, {}).get(method)
    if other is not None:
        handler = by_slash(other, handler) if path != key else by_slash(handler, other)
    answers[key][method] = handler


def _application(
    answers: Mapping[str, Mapping[str, Answering]], gate: Gate, lifespan: Sequence[Lifespan], mark: Header
) -> Service:
    known = {path: with_head_and_options(methods) for path, methods in answers.items()}
    service = Service(
        route_handlers=_handlers(known, mark),
        exception_handlers=_exceptions(mark),
        openapi_config=None,
        logging_config=None,
        lifespan=list(lifespan),
        debug=False,
    )
    service.gate, service.known, service.mark = gate, known, mark
    service.asgi_handler = Addresses(known, traced(service.asgi_handler, mark), mark)
    return service


def _handlers(known: Mapping[str, Mapping[str, Answering]], mark: Header) -> list[HTTPRouteHandler]:
    return [route(path, methods, mark) for path, methods in known.items()]


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
    """A Reply where Litestar wants a Response; `mark` is a header of it."""

    def __init__(self, reply: Reply, mark: Header) -> None:
        super().__init__(None)
        self._reply, self._mark = reply, mark

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> ASGIResponse:
        return self._send  # type: ignore[return-value]  # Litestar calls it as an ASGI application, which it is

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:
        await send_reply(self._reply, send, self._mark)


def _exceptions(mark: Header) -> dict[Any, Any]:
    """What is answered for exceptions that reach Litestar."""
    return {
        HTTPException: lambda request, error: _Prepared(_refused(request, error), mark),
        Exception: lambda request, error: _Prepared(_failed(request, error), mark),
    }


def _refused(request: Any, error: HTTPException) -> Reply:
    trace = _trace_of(request)
    reply = _refusal(error, trace.trace_id)
    log_unreached(request.scope, reply.status, trace)
    return reply


def _failed(request: Any, error: Exception) -> Reply:
    """The answer to what a route of the team's own raises."""
    trace = _trace_of(request)
    told = {"trace_id": trace.trace_id, "span_id": trace.span_id} | failure_of(error)
    _log.error("a route beside the contract's failed [trace %s]: %s", trace.trace_id, outline(error), extra=told)
    return error_reply(InternalError(), trace.trace_id)


def _refusal(error: HTTPException, trace_id: str) -> Reply:
    """The answer to what Litestar refuses by itself: an unknown path, another method, an invalid host header."""
    known: CallError
    if isinstance(error, MethodNotAllowedException):
        known = MethodNotAllowed("This address does not know this method.", allow=_allowed(error.headers or {}))
    elif error.status_code == 404:
        # A code of its own, which no backend can answer: callers conclude from it that nothing was run.
        missing = problem(404, OperationMissing.code, "There is no operation at this address.")
        return problem_reply(404, missing, trace_id)
    elif error.status_code < 500:
        known = MalformedRequest("The request cannot be read.")
    else:
        known = InternalError()
    return error_reply(known, trace_id)


def _trace_of(request: Any) -> TraceContext:
    """The position that the answer tells: the request's own has been entered, unless another application routes."""
    return context.current().trace or trace_of_scope(request.scope)


def _allowed(headers: Mapping[str, str]) -> list[str]:
    text = next((value for name, value in headers.items() if name.lower() == "allow"), "")
    return sorted(method.strip() for method in text.split(",") if method.strip())
