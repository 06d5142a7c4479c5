"""The two things a team meets first: a contract, and the port that comes from binding it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Generic, Literal, Self, TypeVar

from switchover.contract import Document, base_path
from switchover.contract.functions import interface_of
from switchover.errors import BindError
from switchover.parity import Fidelity, Inspector
from switchover.port import direct as direct_wiring
from switchover.port import http as http_wiring
from switchover.port.bind import Binding, bind
from switchover.port.exceptions import ErrorClasses
from switchover.port.exchange import Remote
from switchover.port.limits import Limits
from switchover.port.plan import Plan
from switchover.port.proving import check_credentials
from switchover.port.tolerance import AnswerReading, Answers, answer_reading
from switchover.port.transports.base import BlockingTransport, Timeouts, Transport
from switchover.telemetry import Recorder
from switchover.trust import CredentialSource, Verifier

if TYPE_CHECKING:
    from switchover.port.serve import Service
    from switchover.port.serve.app import Lifespan
    from switchover.port.serve.mounts import Mounted
    from switchover.rollout import Rollout
    from switchover.telemetry.metrics.exporter import Metrics
    from switchover.telemetry.objectives import Objectives

P = TypeVar("P")

_log = logging.getLogger("switchover.port")


class Contract:
    """An OpenAPI document that interfaces are bound to.

    Attributes:
        document: the files, as they were read.
    """

    def __init__(self, document: Document) -> None:
        self.document = document

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a contract (OpenAPI 3.0 or 3.1, YAML or JSON) and every file that it refers to.

        Raises:
            ContractError: it cannot be used; every finding with file, line and JSON Pointer.
        """
        return cls(Document.load(path))

    @classmethod
    def read(cls, name: str, fetch: Callable[[str], bytes]) -> Self:
        """Like `load`, for contracts that are not files: `fetch` gives the bytes of a path relative to the root file's folder."""
        return cls(Document.read(name, fetch))

    @property
    def digest(self) -> str:
        """`sha256:…` of the contract."""
        return self.document.digest

    def bind(
        self,
        interface: type[P] | ModuleType,
        *,
        caller: type | None = None,
        errors: ErrorClasses = None,
        operations: Collection[str] | None = None,
        strict: bool = False,
        recorder: Recorder | None = None,
    ) -> Port[P]:
        """Hold the contract against a Protocol or class, and make a port of them; `left_out` says what cannot be honoured.

        Args:
            interface: its public methods are the operations, `get_trip` for `getTrip`. Or a module: its public functions are.
            caller: the team's own type for who calls: a user id (`user_id`, `user`, `id`, `sub`) and `groups` or `roles`.
                Methods whose first argument has this type get it.
            errors: the exceptions that documented failures stand for: the base class of a tree, the classes, or classes by
                code or status. Without it, every exception that the interface's module knows.
            operations: bind only these, for a part of somebody else's contract; each of them has to be honoured.
            strict: refuse a contract with any operation that cannot be honoured.
            recorder: gets one event for each call, under every wiring.

        Raises:
            BindError: contract and interface differ, or no operation is left; every difference is listed.
        """
        bound: type[P] = _class_of(interface, self.document.name) if isinstance(interface, ModuleType) else interface
        binding = bind(self.document, bound, caller=caller, errors=errors, operations=operations, strict=strict)
        for warning in binding.warnings:
            _log.warning("%s", warning)
        return Port(self.document, bound, binding, recorder or Recorder())


class Port(Generic[P]):
    """A contract and a Python interface that fit each other: the same interface in-process and over HTTP, and a service of it.

    Attributes:
        document: the contract.
        interface: the Protocol or class.
        plans: how each operation is called, by method name.
        recorder: gets one event for each call.
        warnings: what the contract has and the port passes over; left_out: the operations that cannot be honoured, and why.
    """

    def __init__(self, document: Document, interface: type[P], binding: Binding, recorder: Recorder) -> None:
        self.document = document
        self.interface = interface
        self.plans: Mapping[str, Plan] = binding.plans
        self.warnings, self.left_out = binding.warnings, binding.left_out
        self.recorder = recorder
        self.base_path = base_path(document)
        self._caller = binding.caller

    def direct(self, backend: P, *, fidelity: Fidelity | Inspector = Fidelity.OFF, limits: Limits | None = None) -> P:
        """The backend in this process.

        Args:
            backend: any object with the interface's methods.
            fidelity: how closely it is held to what HTTP would do; STRICT in tests, an Inspector (with a share) in production.
            limits: what a service of this port reads at most; those of `serve` unless said otherwise. Fidelity holds arguments to them.

        Raises:
            BindError: the backend lacks methods, or has them with other arguments.
            ValueError: SAMPLE without an Inspector.
        """
        wired = (self.interface, self.plans, backend, self.recorder, self._caller)
        made: P
        if isinstance(fidelity, Inspector):
            made = direct_wiring.sampled(*wired, fidelity, limits or Limits())
        elif fidelity is Fidelity.STRICT:
            made = direct_wiring.strict(*wired, limits or Limits())
        elif fidelity is Fidelity.OFF:
            made = direct_wiring.direct(*wired)
        else:
            raise ValueError("to look at a share of the calls, give fidelity=Inspector(share)")
        return made

    def http(
        self,
        base_url: str | None = None,
        *,
        transport: Transport | BlockingTransport | None = None,
        credentials: CredentialSource | None = None,
        trust: Literal["open"] | None = None,
        timeouts: Timeouts | None = None,
        timeouts_of: Mapping[str, Timeouts] | None = None,
        answers: Answers | None = None,
    ) -> P:
        """The interface over HTTP.

        Args:
            base_url: what the contract's server path (`/api`) is relative to: `https://diary.internal`, or `unix:/run/diary.sock`.
                Connections live as long as the process; to close them, make the transport yourself.
            transport: another way to the service: `HttpxTransport(…, uds=…)`, `AiohttpTransport(…)`, `AsgiTransport(app)`.
            credentials: what this service proves itself with. Required unless the contract is open to everyone.
            trust: `"open"` if the service trusts whoever can reach it, and none are needed: over a Unix socket, in memory, in tests.
            timeouts: 1 s to connect, 5 s for the next byte, 10 s in all unless said otherwise.
            timeouts_of: of operations that take longer than others, or have to be quicker, by name.
            answers: `"tolerant"` (as if left out) for production, `"strict"` for tests, or an AnswerReading: what becomes of members and
                values in answers that this contract does not know.

        Raises:
            ValueError: neither or both of `base_url` and `transport`, a base URL that is none, no credentials and nothing said
                about trust, timeouts of an operation that there is not, or `answers` that are none of these.
        """
        if (base_url is None) == (transport is None):
            raise ValueError("http() takes a base URL or a transport")
        check_credentials(self.plans, credentials, trust)
        if transport is None:
            from switchover.port.transports.httpx import HttpxTransport  # noqa: PLC0415 - imported when first used

            address = base_url or ""
            uds = address.removeprefix("unix:") if address.startswith("unix:") else None
            transport = HttpxTransport(address) if uds is None else HttpxTransport("http://localhost", uds=uds)
        patience = http_wiring.timeouts_by_method(self.plans, timeouts or Timeouts(), timeouts_of or {})
        remote = Remote(self.base_path, patience, credentials, self._caller, self.recorder, _reading(answers))
        made: P = http_wiring.http(self.interface, self.plans, transport, remote)
        return made

    def route(
        self, *, direct: P, http: P, rollout: Rollout, for_http: float = 0.5, answers: Answers | None = None
    ) -> P:
        """The interface split between this process and HTTP, call by call, as a rollout decides.

        A call that gets no answer of the service's own over HTTP, or its 500, is answered in this process instead, if it is safe, or was
        certainly not run there.

        Args:
            direct: what `direct` of this port gave.
            http: what `http` of this port gave.
            rollout: who goes where. What it says may change at any time, and counts from the next call on.
            for_http: the part of a safe call's time that HTTP gets, more than 0 and less than 1; the rest is for answering here.
            answers: how those over HTTP are read, as in `http`. If left out: as `http` was given them, else strictly if `direct` is
                STRICT, else tolerantly.

        Raises:
            TypeError: `direct` or `http` is something else.
            ValueError: one of them is of another port, `for_http` is out of range, or `answers` are none.
        """
        from switchover.port import route as routed_wiring  # noqa: PLC0415 - imported when first used

        made: P = routed_wiring.route(
            self.interface,
            self.plans,
            direct,
            http,
            rollout,
            self.recorder,
            version=self.document.contract_version,
            for_http=for_http,
            answers=_reading(answers),
        )
        return made

    def serve(
        self,
        backend: P,
        *,
        verifier: Verifier | None = None,
        trust: Literal["open"] | None = None,
        limits: Limits | None = None,
        publish: bool = True,
        metrics: Metrics | None = None,
        metrics_path: str = "/metrics",
        mounts: Mapping[str, Mounted] | None = None,
        lifespan: Sequence[Lifespan] = (),
    ) -> Service:
        """The backend over HTTP, as a Litestar application.

        Args:
            backend: any object with the interface's methods; plain `def` methods run in threads.
            verifier: decides which service calls. Required unless the contract is open to everyone.
            trust: `"open"` if whoever can reach the service is trusted: behind a Unix socket, in memory, in tests.
            limits: what is read at most.
            publish: serve the contract's files below the base path, byte for byte, to anyone.
            metrics: answers scrapes at `metrics_path`, to whoever the verifier lets in; see `Port.metrics`.
            metrics_path: a path of the service's own, not below the contract's base path.
            mounts: further ASGI applications by path (`{"/files": app}`), asked for everything at it and below it, with no verifier in
                front; HTTP alone. They are asked nothing new once the service is told to stop.
            lifespan: context managers that live as long as the service.

        Raises:
            BindError: the backend lacks methods, or has them with other arguments.
            ValueError: no verifier and nothing said about trust; one that nothing asks; or a path of metrics or mounts that is taken.
        """
        from switchover.port.serve import serve  # noqa: PLC0415 - an extra, imported where it is used

        return serve(
            self.document,
            self.interface,
            self.plans,
            backend,
            base_path=self.base_path,
            caller=self._caller,
            recorder=self.recorder,
            verifier=verifier,
            trust=trust,
            limits=limits,
            publish=publish,
            metrics=metrics,
            metrics_path=metrics_path,
            mounts=mounts,
            lifespan=lifespan,
        )

    def metrics(self, objectives: Objectives | None = None, *, directory: str | Path | None = None) -> Metrics:
        """Count the calls of this port, under every wiring, for Prometheus; see `switchover.Metrics`.

        Args:
            objectives: what the bounds of the histograms lie around; those of an empty `slo.toml` unless said otherwise.
            directory: where the workers of one service tell each other their numbers; without it, this process is all there is.

        Raises:
            ValueError: others may write to the directory, or it is none.
        """
        # An extra, imported where it is used.
        from switchover.telemetry.metrics.exporter import Metrics  # noqa: PLC0415
        from switchover.telemetry.objectives import Objectives, buckets  # noqa: PLC0415

        operations = [plan.operation.id for plan in self.plans.values()]
        return Metrics(self.recorder, operations, buckets(objectives or Objectives()), directory=directory)


def _class_of(module: ModuleType, document: str) -> type:
    try:
        return interface_of(module)
    except ValueError as error:
        raise BindError(f"{document} cannot be bound:", [str(error)]) from error


def _reading(answers: Answers | None) -> AnswerReading | None:
    return None if answers is None else answer_reading(answers)
