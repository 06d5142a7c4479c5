"""Strict fidelity: a call in this process that sends every value through JSON, and raises what HTTP would not have carried."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from switchover import context
from switchover.contract import pointer
from switchover.errors import CallError, FidelityError, InvalidField, Problem
from switchover.parity import Breach, differences, differences_of_sets, mutable_parts
from switchover.port.answering import check_headers, headers_said
from switchover.port.answers import AnswerCodec
from switchover.port.breaches import (
    breach,
    check_limits,
    differences_of_errors,
    oversize,
    refusals,
    remedy_for,
    remedy_for_undocumented,
    undocumented,
    unusable,
)
from switchover.port.errorform import UnusableError
from switchover.port.handedout import HandedOut
from switchover.port.limits import Limits
from switchover.port.passing import is_passed_on
from switchover.port.plan import CallerForm, Plan
from switchover.port.telling import told
from switchover.port.values import UnusableValue
from switchover.port.wire import Received, WireRequest
from switchover.trust import decode_identity, encode_identity


class Strictness:
    """What the calls of one wiring share."""

    def __init__(self, caller: CallerForm | None, limits: Limits) -> None:
        self.caller = caller
        self.limits = limits
        self.handed_out = HandedOut()


class _Call:
    """One call held to what HTTP would do: before, and after."""

    def __init__(self, plan: Plan, shared: Strictness) -> None:
        self.plan = plan
        self.caller = shared.caller
        self.limits = shared.limits
        self.handed_out = shared.handed_out
        self.breaches: list[Breach] = []
        self.arguments: Sequence[Any] = ()
        self.pristine: Sequence[Any] = ()

    def before(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as they would arrive.

        Raises:
            InvalidRequest, MalformedRequest, PayloadTooLarge: as HTTP would, with a note of the operation, place and consequence.
        """
        try:
            return self._arrived(arguments)
        except CallError as error:
            for breach in refusals(self.plan, error):
                error.add_note(str(breach))
            raise

    def _arrived(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        arrived: dict[str, Any] = {}
        if self.plan.has_caller and self.caller is not None:
            name = next(iter(arguments))
            arrived[name] = self._caller(arguments[name], self.caller)
        values = [arguments[name] for name in self.plan.arguments]
        written = self.plan.requests.write(values)
        check_limits(self.plan, written, self.limits)
        self._check_address(written)
        request = received(written)
        self.arguments, self.pristine = self.plan.requests.read(request), self.plan.requests.read(request)
        self.handed_out.take_in(self.arguments)
        for name, sent, got in zip(self.plan.arguments, values, self.arguments, strict=True):
            consequence = "the service would work with another value"
            self.compare("arguments", differences(sent, got, f"/{name}"), consequence)
            if self.plan.operation.method == "PATCH":  # it changes the members that are set (RFC 5789)
                self.compare("arguments", differences_of_sets(sent, got, f"/{name}"), consequence)
            arrived[name] = got
        return arrived

    def _check_address(self, request: WireRequest) -> None:
        """Note values of path parameters that are the address of another operation."""
        for shadow in self.plan.shadows:
            if shadow.covers(request.target):
                what = f"is the address of {shadow.other}"
                found = [(pointer.of([name]), what) for name, _ in shadow.values]
                remedy = f"change the path of {self.plan.operation.id} or of {shadow.other.id}"
                self.compare("arguments", found, f"the call would reach {shadow.other.id}", remedy)

    def _caller(self, caller: Any, form: CallerForm) -> Any:
        got = form.from_identity(decode_identity(encode_identity(form.to_identity(caller))))
        self.compare("caller", differences(caller, got), "the service would see another caller")
        return got

    def compare(self, where: str, found: Iterable[tuple[str, str]], consequence: str, remedy: str = "") -> None:
        """Note differences as breaches."""
        self.breaches += [breach(self.plan, where, path, what, consequence, remedy) for path, what in found]

    def after(self, result: Any) -> Any:
        """The result as it would arrive.

        Raises:
            FidelityError: something would go differently over HTTP.
        """
        self._check_mutation()
        self._check_aliases(result)
        got = self._through_json(result)
        self.close()
        return got

    def _through_json(self, result: Any) -> Any:
        answer = context.current().answer
        said = answer.status if answer is not None else None
        try:
            codec = self.plan.answers.choose(result, said)
            check_headers(codec.answer, headers_said())
            data = codec.write(result)
        except UnusableValue as error:
            self.breaches += unusable(self.plan, error, "the caller would get InternalError")
            return result
        if what := oversize(data):
            self.compare("answer", [("", what)], "the caller would get UnexpectedAnswer")
            return result
        return self._arriving(result, data, codec, said or codec.status)

    def _arriving(self, result: Any, data: bytes, codec: AnswerCodec, status: int) -> Any:
        """The result as the documented answer of its status reads it, which may be another than wrote it."""
        reads = self.plan.answers.for_status(status) or codec
        remedy = (
            "" if reads is codec else f"say which status is meant: respond(status=…); {status} is documented otherwise"
        )
        try:
            if reads.media_type != codec.media_type:
                raise UnusableValue(
                    [InvalidField("answer", f"is sent as {status}, whose answer is {reads.media_type}")]
                )
            got = reads.read(data)
        except UnusableValue as error:
            found = unusable(self.plan, error, "the caller would get UnexpectedAnswer")
            self.breaches += [replace(item, remedy=remedy) for item in found]
            return result
        self.compare("answer", differences(result, got), "the caller would get another value", remedy)
        return got

    def _check_mutation(self) -> None:
        for name, sent, now in zip(self.plan.arguments, self.pristine, self.arguments, strict=True):
            paths = [path for path, _ in differences(sent, now, f"/{name}")]
            self.compare(
                "arguments",
                ((path, "was changed by the backend") for path in paths),
                "the caller would not see the change",
            )

    def _check_aliases(self, result: Any) -> None:
        named = zip(self.plan.arguments, self.arguments, strict=True)
        given = {id(part): path for name, value in named for path, part in mutable_parts(value, f"/{name}")}
        shared = [(path, given[id(part)]) for path, part in mutable_parts(result) if id(part) in given]
        self.compare(
            "answer",
            (
                (path, f"is the very object of arguments#{told(self.plan, 'arguments', source)}")
                for path, source in shared
            ),
            "they would be two objects",
        )
        self.compare("answer", self.handed_out.again(result, given), "every caller would get a copy")

    def failed(self, error: Exception) -> Exception:
        """The exception as it would arrive.

        Raises:
            FidelityError: something would go differently over HTTP.
        """
        self._check_mutation()
        got = error if is_passed_on(self.plan.operation, error) else self._through_problem(error)
        self.close(error)
        return got

    def _through_problem(self, error: Exception) -> Exception:
        consequence, remedy = "the caller would get InternalError", remedy_for(error)
        try:
            written = self.plan.failures.write(error)
            headers = self.plan.failures.headers(error)
        except UnusableError as reason:
            self.compare("error", reason.places, consequence, remedy)
            return error
        if written is None:
            found = [("", undocumented(self.plan, error))]
            self.compare("error", found, consequence, remedy_for_undocumented(error))
            return error
        status, _, body = written
        try:
            got = self.plan.failures.read(status, body, headers=headers)
        except UnusableError as reason:
            self.compare("error", reason.places, "the caller would get UnexpectedAnswer", remedy)
            return error
        if got is None or type(got) is not type(error):
            what = f"{type(error).__name__} would arrive as {type(got).__name__}"
            own = f"document {type(error).__name__} as a failure of its own"
            self.compare("error", [("", what)], "the caller would catch another class", own)
            return error
        if not self._is_same_problem(written, got):
            self.compare("error", differences_of_errors(error, got), "the caller would see another value", remedy)
        return got

    def _is_same_problem(self, written: tuple[int, str, Any], got: Exception) -> bool:
        """Whether a failure without a class says the same after the way: it is what is written of it."""
        return isinstance(got, Problem) and self.plan.failures.write(got) == written

    def close(self, cause: BaseException | None = None) -> None:
        """Raise what was found."""
        if self.breaches:
            raise FidelityError(
                f"{self.plan.operation.id} passes in-process and would not pass over HTTP:", self.breaches
            ) from cause


def received(request: WireRequest) -> Received:
    """A request as the serving side gets it."""
    path, _, query = request.target.partition("?")
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    return Received(path.split("/")[1:], query, headers, request.body)


def strict_target(plan: Plan, target: Callable[..., Any], shared: Strictness) -> Callable[..., Any]:
    """A method of the backend that is held to what HTTP would do."""
    signature = plan.signature

    def prepared(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[_Call, inspect.BoundArguments]:
        bound = signature.bind(*args, **kwargs)
        call = _Call(plan, shared)
        bound.arguments.update(call.before(bound.arguments))
        return call, bound

    def run(*args: Any, **kwargs: Any) -> Any:
        call, bound = prepared(args, kwargs)
        try:
            result = target(*bound.args, **bound.kwargs)
        except Exception as error:
            raise call.failed(error) from error.__cause__
        return call.after(result)

    async def run_async(*args: Any, **kwargs: Any) -> Any:
        call, bound = prepared(args, kwargs)
        try:
            result = await target(*bound.args, **bound.kwargs)
        except Exception as error:
            raise call.failed(error) from error.__cause__
        return call.after(result)

    return run_async if plan.is_async else run
