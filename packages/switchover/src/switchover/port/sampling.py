"""Sampled fidelity: a share of the calls is kept as JSON while it happens, and looked at afterwards, off the caller's path."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from switchover import context
from switchover.errors import CallError, failure_of, outline
from switchover.parity import Breach, Inspector, differences
from switchover.port.answering import check_headers, headers_said
from switchover.port.answers import AnswerCodec
from switchover.port.breaches import breach, check_limits, oversize, refusals, undocumented, unusable
from switchover.port.errorform import UnusableError
from switchover.port.faithful import received
from switchover.port.limits import Limits
from switchover.port.passing import is_passed_on
from switchover.port.plan import Plan
from switchover.port.values import UnusableValue
from switchover.port.wire import WireRequest

_log = logging.getLogger("switchover.parity")


class _Sample:
    """What is kept of a sampled call: JSON, not objects, so that nobody can change it before it is looked at."""

    def __init__(self, plan: Plan, values: Sequence[Any], limits: Limits) -> None:
        self.plan = plan
        self.limits = limits
        self.values = values
        self.before: WireRequest | CallError | None = self._written()
        self.after: WireRequest | CallError | None = None
        self.answer: tuple[AnswerCodec, bytes] | None = None
        self.breaches: list[Breach] = []

    def _written(self) -> WireRequest | CallError | None:
        with _unharmed():
            try:
                return self.plan.requests.write(self.values)
            except CallError as error:
                return error
        return None

    def returned(self, result: Any) -> None:
        """Keep the result, and what has become of the arguments."""
        self.after = self._written()
        with _unharmed():
            try:
                said = context.current().answer
                codec = self.plan.answers.choose(result, said.status if said is not None else None)
                check_headers(codec.answer, headers_said())
                self.answer = codec, codec.write(result)
            except UnusableValue as error:
                self.breaches += unusable(self.plan, error, "the caller would get InternalError")

    def raised(self, error: Exception) -> None:
        """Keep what keeps a failure from being told."""
        self.after = self._written()
        if is_passed_on(self.plan.operation, error):
            return
        consequence = "the caller would get InternalError"
        with _unharmed():
            try:
                if self.plan.failures.write(error) is None:
                    self._note("error", [("", undocumented(self.plan, error))], consequence)
                self.plan.failures.headers(error)
            except UnusableError as reason:
                self._note("error", reason.places, consequence)

    def look(self) -> Sequence[Breach]:
        """What would have gone differently."""
        if isinstance(self.before, CallError):
            self.breaches += refusals(self.plan, self.before)
        elif self.before is not None:
            self._look_at_arguments(self.before)
        if self.answer is not None:
            self._look_at_answer(*self.answer)
        return self.breaches

    def _look_at_arguments(self, before: WireRequest) -> None:
        try:
            arrived = self._read(before)
            again = self._read(self.plan.requests.write(arrived))
        except CallError as error:
            self.breaches += refusals(self.plan, error)
            return
        what = "would not arrive as it was sent"
        self._compare(arrived, again, what, "the service would work with another value")
        if self.after is not None and self.after != before:
            self._look_at_change(arrived, self.after)

    def _look_at_change(self, arrived: Sequence[Any], after: WireRequest | CallError) -> None:
        what, consequence = "was changed by the backend", "the caller would not see the change"
        try:
            if isinstance(after, CallError):
                raise after
            self._compare(arrived, self._read(after), what, consequence)
        except CallError:
            self._note("arguments", [("", what)], consequence)

    def _read(self, request: WireRequest) -> list[Any]:
        check_limits(self.plan, request, self.limits)
        return self.plan.requests.read(received(request))

    def _compare(self, sent: Sequence[Any], got: Sequence[Any], what: str, consequence: str) -> None:
        for name, one, other in zip(self.plan.arguments, sent, got, strict=True):
            paths = [path for path, _ in differences(one, other, f"/{name}")]
            self._note("arguments", [(path, what) for path in paths], consequence)

    def _look_at_answer(self, codec: AnswerCodec, data: bytes) -> None:
        if what := oversize(data):
            self._note("answer", [("", what)], "the caller would get UnexpectedAnswer")
            return
        try:
            got = codec.read(data)
            again = codec.read(codec.write(got))
        except UnusableValue as error:
            self.breaches += unusable(self.plan, error, "the caller would get UnexpectedAnswer")
            return
        found = [(path, "would not arrive as it was given") for path, _ in differences(got, again)]
        self._note("answer", found, "the caller would get another value")

    def _note(self, where: str, found: Sequence[tuple[str, str]], consequence: str) -> None:
        self.breaches += [breach(self.plan, where, path, what, consequence) for path, what in found]


@contextmanager
def _unharmed() -> Iterator[None]:
    """Whoever looks on must not end the call, whatever the team's own serialisers do."""
    try:
        yield
    except Exception as error:
        _log.error("a sampled call could not be kept: %s", outline(error), extra=failure_of(error))


@contextmanager
def _inspected(sample: _Sample, inspector: Inspector) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        sample.raised(error)
        raise
    finally:
        inspector.submit(sample.look)


def sampled_target(plan: Plan, target: Callable[..., Any], inspector: Inspector, limits: Limits) -> Callable[..., Any]:
    """A method of the backend of which a share of the calls is looked at."""
    signature, chooses = plan.signature, inspector.chooses

    def taken(args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Sample:
        bound = signature.bind(*args, **kwargs)
        return _Sample(plan, [bound.arguments[name] for name in plan.arguments], limits)

    def run(*args: Any, **kwargs: Any) -> Any:
        if not chooses():
            return target(*args, **kwargs)
        sample = taken(args, kwargs)
        with _inspected(sample, inspector):
            result = target(*args, **kwargs)
            sample.returned(result)
        return result

    async def run_async(*args: Any, **kwargs: Any) -> Any:
        if not chooses():
            return await target(*args, **kwargs)
        sample = taken(args, kwargs)
        with _inspected(sample, inspector):
            result = await target(*args, **kwargs)
            sample.returned(result)
        return result

    return run_async if plan.is_async else run
