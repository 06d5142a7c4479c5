"""Contract and Python interface, held against each other once: every difference is found, or there are plans.

Operation and method are matched by name, in any case style; parameters to arguments likewise; the rest of the arguments are the
body, either one argument that is all of it or several that are its members.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Any, Final, NotRequired, Union, get_args, get_origin

from typing_extensions import TypedDict  # pydantic reads typing's own only from Python 3.12 on

from switchover.contract import (
    CONTEXT_HEADERS,
    Answer,
    Content,
    Document,
    Media,
    Operation,
    OperationReader,
    Parameter,
    RequestBody,
    SchemaEngine,
)
from switchover.contract.annotations import NotAWireType, wire_type
from switchover.contract.interface import Method, methods_of
from switchover.contract.naming import is_same, snake
from switchover.errors import BindError
from switchover.port.answers import AnswerCodec, AnswerTable
from switchover.port.callers import caller_form
from switchover.port.failures import ErrorClasses, classes_by_key, table_for
from switchover.port.plan import CallerForm, Plan
from switchover.port.requests import REQUIRED, BoundBody, BoundParameter, RequestCodec
from switchover.port.values import Match, UnusableValue, ValueCodec, match

_BODY_TYPES: Final = {Media.TEXT: str, Media.BINARY: bytes}


@dataclass(frozen=True, eq=False)
class Binding:
    """What binding finds out: plans by method name, the caller's form, and what was passed over."""

    plans: Mapping[str, Plan]
    caller: CallerForm | None
    warnings: tuple[str, ...]


def bind(
    document: Document,
    interface: type,
    *,
    caller: type | None = None,
    errors: ErrorClasses = None,
    operations: Collection[str] | None = None,
) -> Binding:
    """Hold a contract against an interface.

    Raises:
        BindError: they differ; all differences are listed.
    """
    binder = _Binder(document, interface, caller, errors)
    plans = binder.plans(operations)
    if binder.differences:
        headline = f"{document.name} and {interface.__module__}.{interface.__qualname__} differ in {len(binder.differences)} places:"
        raise BindError(headline, binder.differences)
    return Binding(plans, binder.caller, tuple(binder.warnings))


class _Binder:
    def __init__(self, document: Document, interface: type, caller: type | None, errors: ErrorClasses) -> None:
        self.document = document
        self.methods = methods_of(interface)
        self.interface = interface
        self.engine = SchemaEngine(document)
        self.classes = classes_by_key(errors, interface)
        self.differences: list[str] = []
        self.warnings: list[str] = []
        self.caller: CallerForm | None = None
        if caller is not None:
            self.caller, found = caller_form(caller)
            self.differences += found

    def plans(self, wanted: Collection[str] | None) -> dict[str, Plan]:
        plans: dict[str, Plan] = {}
        read = [item for item in OperationReader(self.document).read() if wanted is None or _is_wanted(item[0], wanted)]
        self._check_wanted(wanted, [operation for operation, _ in read])
        self._check_unique([operation for operation, _ in read])
        for operation, notes in read:
            self.warnings += [f"{operation.id}: {finding}" for finding in notes.warnings]
            found = [f"{operation.id}: {finding}" for finding in notes.errors]
            method = self._method_of(operation)
            if method is None:
                found.append(f"{operation.id}: {self.interface.__name__} has no method `{snake(operation.id)}`")
            self.differences += found
            if method is not None:
                plan = _OperationBinder(self, operation, method).plan()
                if plan is not None and not found:
                    plans[method.name] = plan
        self._check_methods([operation for operation, _ in read], is_partial=wanted is not None)
        return plans

    def _method_of(self, operation: Operation) -> Method | None:
        return next((method for name, method in self.methods.items() if is_same(name, operation.id)), None)

    def _check_wanted(self, wanted: Collection[str] | None, read: list[Operation]) -> None:
        for name in wanted or ():
            if not any(is_same(name, operation.id) for operation in read):
                self.differences.append(f"{name}: the contract has no such operation")

    def _check_unique(self, read: list[Operation]) -> None:
        seen: dict[str, Operation] = {}
        for operation in read:
            first = seen.setdefault(snake(operation.id), operation)
            if first is not operation:
                self.differences.append(
                    f"{operation.id}: {operation.node.where} has the operationId of {first.node.where}"
                )

    def _check_methods(self, read: list[Operation], *, is_partial: bool) -> None:
        for name in self.methods:
            if not is_partial and not any(is_same(name, operation.id) for operation in read):
                self.differences.append(
                    f"{name}: the contract has no operation for this method of {self.interface.__name__}"
                )


def _is_wanted(operation: Operation, wanted: Collection[str]) -> bool:
    return any(is_same(name, operation.id) for name in wanted)


class _OperationBinder:
    """Binds one operation to one method."""

    def __init__(self, binder: _Binder, operation: Operation, method: Method) -> None:
        self.binder = binder
        self.operation = operation
        self.method = method
        self.found: list[str] = list(method.problems)
        self.arguments = method.parameters
        self.has_caller = self._take_caller()
        self.taken: set[str] = set()

    def plan(self) -> Plan | None:
        if self.found:
            self._refuse()
            return None
        parameters = [bound for bound in map(self._parameter, self.operation.parameters) if bound is not None]
        body = self._body()
        for argument in self._left():
            self.found.append(f"the contract knows nothing of the argument {argument.name!r}")
        answers = list(self._answers())
        failures, found = table_for(self.operation, self.binder.classes)
        self.found += found
        if self.found:
            self._refuse()
            return None
        requests = RequestCodec(self.operation.method, self.operation.path, len(self.arguments), parameters, body)
        return Plan(
            operation=self.operation,
            method=self.method.name,
            is_async=self.method.is_async,
            doc=self.method.doc,
            signature=self.method.signature,
            has_caller=self.has_caller,
            arguments=tuple(argument.name for argument in self.arguments),
            requests=requests,
            answers=AnswerTable(answers),
            failures=failures,
        )

    def _refuse(self) -> None:
        self.binder.differences += [f"{self.operation.id} / {self.method.name}: {message}" for message in self.found]

    # -- caller -------------------------------------------------------------------------------------------------------

    def _take_caller(self) -> bool:
        form = self.binder.caller
        if form is None or not self.arguments or self.method.hints.get(self.arguments[0].name) is not form.type:
            return False
        self.arguments = self.arguments[1:]
        if not self.operation.needs_caller:
            self.found.append(
                f"takes a {form.type.__name__}, and the contract lets anyone call {self.operation.id}; give the operation `security`"
            )
        return True

    # -- parameters ---------------------------------------------------------------------------------------------------

    def _parameter(self, parameter: Parameter) -> BoundParameter | None:
        argument = self._argument_for(parameter)
        if argument is None:
            if not (parameter.place == "header" and parameter.name.lower() in CONTEXT_HEADERS):
                self.found.append(f"has no argument for {parameter.label}")
            return None
        self.taken.add(argument.name)
        default = self._default(parameter, argument)
        shape = parameter.shape
        if default is None:
            shape = replace(shape, is_nullable=True)
        codec = self._codec(
            lambda: match(shape, self.method.hints[argument.name]),
            parameter.schema,
            shape,
            parameter.label,
            argument.name,
        )
        if codec is None:
            return None
        default = self._contract_default(parameter, codec) if default is REQUIRED else default
        segment = self._segment(parameter) if parameter.place == "path" else -1
        return BoundParameter(parameter, self._index(argument), codec, default, segment)

    def _argument_for(self, parameter: Parameter) -> inspect.Parameter | None:
        """By place and name (`path_id`) where names alone would be ambiguous, by name everywhere else."""
        for name in (f"{parameter.place}_{parameter.name}", parameter.name):
            for argument in self.arguments:
                if is_same(argument.name, name) and argument.name not in self.taken:
                    return argument
        return None

    def _default(self, parameter: Parameter, argument: inspect.Parameter) -> Any:
        """What the argument is when the parameter is not there."""
        if parameter.is_required or argument.default is argument.empty:
            return REQUIRED
        declared = parameter.shape.default
        if declared and _plain(argument.default) != declared[0]:
            self.found.append(
                f"{parameter.label} left out means {declared[0]!r} in the contract and {argument.default!r} in the argument {argument.name!r}"
            )
        return argument.default

    def _contract_default(self, parameter: Parameter, codec: ValueCodec) -> Any:
        if parameter.is_required:
            return REQUIRED
        if parameter.shape.default:
            try:
                return codec.read_plain(parameter.shape.default[0])
            except UnusableValue as error:
                self.found.append(
                    f"{parameter.label} has a default that breaks its own schema: {error.errors[0].detail}"
                )
                return REQUIRED
        self.found.append(f"{parameter.label} may be left out, and its argument has no default")
        return REQUIRED

    def _segment(self, parameter: Parameter) -> int:
        pieces = self.operation.path.split("/")[1:]
        return pieces.index(f"{{{parameter.name}}}") if f"{{{parameter.name}}}" in pieces else -1

    # -- body ---------------------------------------------------------------------------------------------------------

    def _left(self) -> list[inspect.Parameter]:
        return [argument for argument in self.arguments if argument.name not in self.taken]

    def _body(self) -> BoundBody | None:
        body, left = self.operation.body, self._left()
        if body is None:
            return None
        if not left:
            self.found.append("has no argument for the body")
            return None
        if body.content.media is not Media.JSON:
            return self._plain_body(body, left[0])
        whole, spread = self._whole_body(body, left), self._spread_body(body, left)
        chosen, found = (
            whole if not whole[1] or (spread[1] and len(left) == 1 and not _names_fit(left, body)) else spread
        )
        self.found += found
        self.taken.update(argument.name for argument in left)
        return chosen

    def _plain_body(self, body: RequestBody, argument: inspect.Parameter) -> BoundBody:
        wanted = _BODY_TYPES[body.content.media]
        if _without_none(self.method.hints[argument.name]) is not wanted:
            self.found.append(
                f"takes {body.content.media_type}, and the argument {argument.name!r} is not {wanted.__name__}"
            )
        self.taken.add(argument.name)
        default = REQUIRED if argument.default is argument.empty else argument.default
        return BoundBody(body.content.media, body.content.media_type, None, self._index(argument), default=default)

    def _whole_body(self, body: RequestBody, left: list[inspect.Parameter]) -> tuple[BoundBody | None, list[str]]:
        if len(left) != 1:
            return None, [f"has {len(left)} arguments for the body: {', '.join(argument.name for argument in left)}"]
        argument, content = left[0], body.content
        shape = content.shape
        default: Any = REQUIRED
        if not body.is_required:
            if argument.default is argument.empty:
                return None, [f"the body may be left out, and the argument {argument.name!r} has no default"]
            default, shape = argument.default, replace(shape, is_nullable=True)
        found = match(shape, self.method.hints[argument.name])
        if found.differences or found.wire is None:
            return None, [f"body / {argument.name}: {message}" for message in found.differences]
        codec = ValueCodec(found.wire.adapter, self.binder.engine.check(content.schema), content.shape, found, "body")
        return BoundBody(content.media, content.media_type, codec, self._index(argument), default=default), []

    def _spread_body(self, body: RequestBody, left: list[inspect.Parameter]) -> tuple[BoundBody | None, list[str]]:
        content = body.content
        names = {argument.name: _member_name(content, argument.name) for argument in left}
        unknown = [argument for argument, member in names.items() if member is None]
        if unknown:
            return None, [f"the contract knows nothing of the argument {argument!r}" for argument in unknown]
        members = {argument: member for argument, member in names.items() if member is not None}
        found = self._match_members(content, left, members)
        if found.differences or found.wire is None:
            return None, [f"body: {message}" for message in found.differences]
        codec = ValueCodec(found.wire.adapter, self.binder.engine.check(content.schema), content.shape, found, "body")
        defaults = tuple(REQUIRED if argument.default is argument.empty else argument.default for argument in left)
        pairs = tuple((self._index(argument), members[argument.name]) for argument in left)
        return BoundBody(content.media, content.media_type, codec, -1, pairs, REQUIRED, defaults), []

    def _match_members(self, content: Content, left: list[inspect.Parameter], members: Mapping[str, str]) -> Match:
        """The arguments as one object; one with a default may be left out when reading, and is always written."""
        hints = {members[argument.name]: self.method.hints[argument.name] for argument in left}
        optional = {members[argument.name] for argument in left if argument.default is not argument.empty}
        takes = {name: NotRequired[hint] if name in optional else hint for name, hint in hints.items()}
        name = f"{self.method.name} arguments"
        try:
            written = wire_type(TypedDict(name, hints))  # type: ignore[operator]
        except NotAWireType as error:
            return Match(None, (f"cannot cross as JSON: {error}",))
        return match(content.shape, TypedDict(name, takes), gives=written.gives)  # type: ignore[operator]

    # -- answers ------------------------------------------------------------------------------------------------------

    def _answers(self) -> Iterator[AnswerCodec]:
        answers, hint = self.operation.answers, self.method.hints["return"]
        options = [hint] if len(_forms(answers)) <= 1 else _members_of(hint)
        used: set[int] = set()
        for answer in answers:
            chosen = self._answer(answer, options, used)
            if chosen is not None:
                yield chosen
        for index, option in enumerate(options):
            if index not in used and not self.found:
                self.found.append(f"may return {_shown(option)}, which no documented answer carries")

    def _answer(self, answer: Answer, options: list[Any], used: set[int]) -> AnswerCodec | None:
        """The first of the return types that can stand for an answer."""
        refused: list[str] = []
        for index, option in enumerate(options):
            codec, found = self._answer_codec(answer, option)
            if not found:
                used.add(index)
                return AnswerCodec(answer, codec, _predicate(option, codec))
            refused += found
        self.found += [f"answer {answer.status}: {message}" for message in refused[:8]]
        return None

    def _answer_codec(self, answer: Answer, option: Any) -> tuple[ValueCodec | None, list[str]]:
        content = answer.content
        if content is None:
            wrong = option is not None and option is not NoneType
            return None, [f"has no body, and {_shown(option)} is returned"] if wrong else []
        if content.media is not Media.JSON:
            wanted = _BODY_TYPES[content.media]
            return None, [] if option is wanted else [f"is {content.media_type}, and {_shown(option)} is returned"]
        found = match(content.shape, option)
        if found.differences or found.wire is None:
            return None, list(found.differences)
        return ValueCodec(
            found.wire.adapter,
            self.binder.engine.check(content.schema),
            content.shape,
            found,
            "answer",
            omits_unset=False,
        ), []

    # -- shared -------------------------------------------------------------------------------------------------------

    def _index(self, argument: inspect.Parameter) -> int:
        return [item.name for item in self.arguments].index(argument.name)

    def _codec(self, held: Callable[[], Match], node: Any, shape: Any, label: str, argument: str) -> ValueCodec | None:
        found = held()
        self.found += [f"{label} / {argument}: {message}" for message in found.differences]
        if found.differences or found.wire is None:
            return None
        return ValueCodec(found.wire.adapter, self.binder.engine.check(node), shape, found, label)


def _names_fit(left: list[inspect.Parameter], body: RequestBody) -> bool:
    return all(_member_name(body.content, argument.name) for argument in left)


def _member_name(content: Content, argument: str) -> str | None:
    return next((name for name in content.shape.properties if is_same(name, argument)), None)


def _forms(answers: tuple[Answer, ...]) -> set[Any]:
    """The different bodies among the answers: one return type stands for all answers with the same body."""
    return {
        None if answer.content is None else (answer.content.media, answer.content.schema.resolved().uri)
        for answer in answers
    }


def _members_of(hint: Any) -> list[Any]:
    return list(get_args(hint)) if get_origin(hint) in (Union, UnionType) else [hint]


def _without_none(hint: Any) -> Any:
    rest = [member for member in _members_of(hint) if member is not NoneType]
    return rest[0] if len(rest) == 1 else hint


def _predicate(option: Any, codec: ValueCodec | None) -> Callable[[Any], bool]:
    if codec is not None:
        return codec.is_instance
    if option is None or option is NoneType:
        return lambda result: result is None
    return lambda result: isinstance(result, option)


def _shown(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint)


def _plain(value: Any) -> Any:
    return getattr(value, "value", value) if not isinstance(value, tuple) else list(value)
