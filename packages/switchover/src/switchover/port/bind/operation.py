"""One operation and one method."""

from __future__ import annotations

from typing import Protocol

from switchover.contract import Operation, SchemaEngine
from switchover.contract.interface import Method
from switchover.port.answers import AnswerTable
from switchover.port.bind.answers import bound_answers
from switchover.port.bind.arguments import Arguments
from switchover.port.bind.body import bound_body
from switchover.port.bind.parameters import bound_parameters
from switchover.port.exceptions import ByKey, table_for
from switchover.port.plan import Plan
from switchover.port.refusing import refusals_of
from switchover.port.requests import RequestCodec


class Ground(Protocol):
    """What all operations of a binding share."""

    @property
    def engine(self) -> SchemaEngine: ...

    @property
    def classes(self) -> ByKey: ...

    @property
    def caller_type(self) -> type | None: ...


def plan_for(operation: Operation, method: Method, ground: Ground) -> tuple[Plan | None, list[str]]:
    """How a method answers an operation; or all the differences between them."""
    arguments = Arguments(method, ground.engine)
    arguments.found += method.problems
    has_caller = not arguments.found and _takes_caller(operation, arguments, ground.caller_type)
    plan = None if arguments.found else _plan(operation, arguments, ground, has_caller=has_caller)
    return plan, [f"{operation.id} / {method.name}: {message}" for message in arguments.found]


def _takes_caller(operation: Operation, arguments: Arguments, caller: type | None) -> bool:
    if caller is None or not arguments.all or arguments.hint(arguments.all[0]) is not caller:
        return False
    arguments.all = arguments.all[1:]
    if not operation.needs_caller:
        what = f"takes a {caller.__name__}, and the contract lets anyone call {operation.id}"
        arguments.found.append(f"{what}; give the operation `security`")
    return True


def _plan(operation: Operation, arguments: Arguments, ground: Ground, *, has_caller: bool) -> Plan | None:
    method = arguments.method
    parameters = bound_parameters(operation, arguments)
    body = bound_body(operation.body, arguments) if operation.body is not None else None
    for argument in arguments.left():
        arguments.found.append(f"the contract knows nothing of the argument {argument.name!r}")
    answers = bound_answers(operation.answers, arguments)
    refusals = refusals_of(operation)
    failures, found = table_for(operation, ground.classes, ground.engine)
    arguments.found += found
    if arguments.found:
        return None
    return Plan(
        operation=operation,
        method=method.name,
        is_async=method.is_async,
        doc=method.doc,
        signature=method.signature,
        has_caller=has_caller,
        arguments=tuple(argument.name for argument in arguments.all),
        requests=RequestCodec(operation.method, operation.path, len(arguments.all), parameters, body, refusals),
        answers=AnswerTable(answers),
        failures=failures,
        declared=frozenset().union(*(codec.answer.headers for codec in answers), failures.declared),
    )
