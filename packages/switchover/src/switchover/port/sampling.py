"""Sampled fidelity: a share of the calls is kept as JSON while it happens, and looked at afterwards, off the caller's path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from switchover.errors import WIRE_ERRORS, InvalidRequest
from switchover.parity import Breach, Inspector
from switchover.port.answers import AnswerCodec
from switchover.port.faithful import received
from switchover.port.plan import Plan
from switchover.port.values import NotJson, UnusableValue
from switchover.port.wire import WireRequest


class _Sample:
    """What is kept of a sampled call: JSON, not objects, so that nobody can change it before it is looked at."""

    def __init__(self, plan: Plan, values: Sequence[Any]) -> None:
        self.plan = plan
        self.values = values
        self.before, self.refusal = self._written()
        self.after: WireRequest | None = None
        self.answer: tuple[AnswerCodec, bytes] | None = None
        self.breaches: list[Breach] = []

    def _written(self) -> tuple[WireRequest | None, str]:
        try:
            return self.plan.requests.write(self.values), ""
        except InvalidRequest as error:
            return None, str(error)

    def returned(self, result: Any) -> None:
        """Keep the result, and what has become of the arguments."""
        self.after = self._written()[0]
        try:
            codec = self.plan.answers.choose(result)
            self.answer = codec, codec.write(result)
        except UnusableValue as error:
            for item in error.errors:
                self._breach("answer", f"{item.where} {item.detail}", "the caller would get InternalError")

    def raised(self, error: Exception) -> None:
        """Keep the kind of failure."""
        self.after = self._written()[0]
        if self.plan.failures.entry_of(error) is None and not isinstance(error, WIRE_ERRORS):
            self._breach("error", f"{type(error).__name__} is not documented", "the caller would get InternalError")

    def look(self) -> Sequence[Breach]:
        """What would have gone differently."""
        if self.before is None:
            self._breach("arguments", self.refusal, "the caller would get InvalidRequest")
            return self.breaches
        try:
            arrived = self.plan.requests.write(self.plan.requests.read(received(self.plan, self.before)))
            if arrived != self.before:
                self._breach("arguments", "do not arrive as they were sent", "the service would work with other values")
        except Exception as error:
            self._breach("arguments", str(error), "the caller would get InvalidRequest")
        if self.after is not None and self.after != self.before:
            self._breach("arguments", "were changed by the backend", "the caller would not see the change")
        self._look_at_answer()
        return self.breaches

    def _look_at_answer(self) -> None:
        if self.answer is None:
            return
        codec, data = self.answer
        try:
            if codec.write(codec.read(data)) != data:
                self._breach("answer", "does not arrive as it was given", "the caller would get another value")
        except (UnusableValue, NotJson) as error:
            self._breach("answer", str(error), "the caller would get UnexpectedAnswer")

    def _breach(self, where: str, what: str, consequence: str) -> None:
        self.breaches.append(Breach(self.plan.operation.id, where, what, consequence))


def sampled_target(plan: Plan, target: Callable[..., Any], inspector: Inspector) -> Callable[..., Any]:
    """A method of the backend of which a share of the calls is looked at."""
    signature, chooses = plan.signature, inspector.chooses

    def taken(args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Sample:
        bound = signature.bind(*args, **kwargs)
        return _Sample(plan, [bound.arguments[name] for name in plan.arguments])

    if not plan.is_async:

        def run(*args: Any, **kwargs: Any) -> Any:
            if not chooses():
                return target(*args, **kwargs)
            sample = taken(args, kwargs)
            try:
                result = target(*args, **kwargs)
            except Exception as error:
                sample.raised(error)
                raise
            else:
                sample.returned(result)
                return result
            finally:
                inspector.submit(sample.look)

        return run

    async def run_async(*args: Any, **kwargs: Any) -> Any:
        if not chooses():
            return await target(*args, **kwargs)
        sample = taken(args, kwargs)
        try:
            result = await target(*args, **kwargs)
        except Exception as error:
            sample.raised(error)
            raise
        else:
            sample.returned(result)
            return result
        finally:
            inspector.submit(sample.look)

    return run_async
