"""The team's exception classes, held against the failures that the contract documents."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Final

from switchover.contract import Failure, Operation, SchemaEngine, member_names
from switchover.contract.annotations import NotAWireType, wire_type
from switchover.contract.naming import is_same, snake
from switchover.errors import CallError
from switchover.port.errorform import ErrorForm, Field
from switchover.port.failures import Entry, FailureTable
from switchover.port.matching import match
from switchover.port.problems import is_wire_code

ErrorClasses = Mapping[str | int, type[Exception]] | Iterable[type[Exception]] | type[Exception] | None
"""The exceptions of a port: the base class of a tree, the classes one by one, or classes by code or status."""

ByKey = Mapping[str | int, type[Exception]]

_DETAIL: Final = ("detail", "message", "msg")
_TYPE: Final = "problem_type"
"""The attribute, and the argument, that is the `type` of an exception's problem (RFC 9457, section 3.1.1)."""


def classes_by_key(errors: ErrorClasses, interface: type) -> tuple[ByKey, list[str]]:
    """Exception classes by code; by status where they were given so. Without any, those that the interface's module knows.

    And what keeps them from being told apart.
    """
    if errors is None:
        return _keyed(list(_of_module(interface)))
    if not isinstance(errors, Iterable | type) or isinstance(errors, str | bytes):
        return {}, [f"errors is {errors!r}; give a base class of exceptions, or the classes in a list or by code"]
    listed: list[Any] = [errors] if isinstance(errors, type) else list(_values(errors))
    if wrong := _no_exceptions(listed):
        return {}, wrong
    if isinstance(errors, Mapping):
        return errors, _no_keys(errors)
    return _keyed(list(_tree(listed[0])) if isinstance(errors, type) else listed)


def _values(errors: Iterable[Any]) -> Iterable[Any]:
    return errors.values() if isinstance(errors, Mapping) else errors


def _no_keys(errors: Mapping[Any, Any]) -> list[str]:
    return [f"errors has the key {key!r}, which is no code and no status" for key in errors if not _is_key(key)]


def _is_key(key: Any) -> bool:
    return isinstance(key, str) or (isinstance(key, int) and 400 <= key <= 599)


def _no_exceptions(classes: Iterable[Any]) -> list[str]:
    return [
        f"errors has {cls!r}, which is no exception class"
        for cls in classes
        if not (isinstance(cls, type) and issubclass(cls, Exception))
    ]


def _keyed(classes: list[type[Exception]]) -> tuple[ByKey, list[str]]:
    """A class stands for the code that it says itself, before one that it inherits, before its name."""
    found: dict[str | int, type[Exception]] = {}
    differences: list[str] = []
    for cls in classes:
        code = vars(cls).get("code")
        if isinstance(code, str) and code and found.setdefault(code, cls) is not cls:
            differences.append(
                f"{found[code].__name__} and {cls.__name__} both have the code {code!r}; give each its own"
            )
    for cls in classes:
        code = getattr(cls, "code", None)
        if isinstance(code, str) and code:
            found.setdefault(code, cls)
            continue
        name = snake(cls.__name__)
        for key in (name, name.removesuffix("_error"), name.removesuffix("_exception")):
            found.setdefault(key, cls)
    return found, differences


def _tree(base: type[Exception]) -> Iterator[type[Exception]]:
    yield base
    for cls in base.__subclasses__():
        yield from _tree(cls)


def _of_module(interface: type) -> Iterator[type[Exception]]:
    module = inspect.getmodule(interface)
    for value in vars(module).values() if module else ():
        is_exception = isinstance(value, type) and issubclass(value, Exception)
        if is_exception and not issubclass(value, CallError) and value.__module__ != "builtins":
            yield value


def table_for(operation: Operation, classes: ByKey, engine: SchemaEngine) -> tuple[FailureTable, list[str]]:
    """The failures of an operation with their exceptions, and what keeps them from being told apart or put together."""
    entries: list[Entry] = []
    differences: list[str] = []
    for failure in operation.failures:
        if failure.is_coded and is_wire_code(failure.code) and failure.code not in classes:
            continue
        entry, found = _entry(failure, classes)
        check = engine.check(failure.schema) if failure.schema is not None else None
        entries.append(replace(entry, check=check))
        differences += [f"{_label(failure)}: {message}" for message in found]
    return FailureTable(operation, entries), differences + _shared(entries)


def _entry(failure: Failure, classes: ByKey) -> tuple[Entry, list[str]]:
    status = failure.status if failure.status is not None else 500
    cls = classes.get(failure.code) or (classes.get(failure.status) if failure.status is not None else None)
    if cls is not None:
        form, differences = _form(cls, failure)
        own = getattr(cls, "status", None)
        return Entry(failure, own if isinstance(own, int) and failure.covers(own) else status, form), differences
    if failure.is_coded:
        return Entry(failure, status, None), [
            f"no exception class stands for it; give one the attribute code = {failure.code!r}"
        ]
    return Entry(failure, status, None), []


def _form(cls: type[Exception], failure: Failure) -> tuple[ErrorForm, list[str]]:
    all_of_them = _parameters(cls)
    detail = _detail(all_of_them, failure)
    parameters = [item for item in all_of_them if _is_named(item) and item.name not in (detail, _TYPE)]
    names = _names([item.name for item in parameters], failure)
    hints = _hints(cls)
    fields: list[Field] = []
    differences: list[str] = []
    for parameter in parameters:
        hint = hints.get(parameter.name, Any)
        member = next((name for name in failure.members if is_same(name, names[parameter.name])), None)
        header = next((name for name in sorted(failure.headers) if is_same(name, parameter.name)), "")
        if member is not None:
            field, found = _field(parameter, hint, member, failure)
            fields += [replace(field, header=header)] if field is not None else []
            differences += [f"{cls.__name__} {message}" for message in found]
        elif header and parameter.default is not parameter.empty:
            fields += _header_field(parameter, hint, header)
        elif parameter.default is parameter.empty:
            differences.append(
                f"{cls.__name__} is made with {parameter.name!r}, which the problem does not carry; "
                f"add a member {names[parameter.name]!r} to it, or give the argument a default"
            )
    taken = {name for name in failure.members if any(is_same(name, carrier) for carrier in names.values())}
    text_member = _text_member(detail, failure, taken)
    for member in sorted(failure.required - taken - _known(failure, text_member)):
        differences.append(f"the problem requires {member!r}, and {cls.__name__} takes no such argument")
    return replace(_made_of(cls, detail, all_of_them, fields), text_member=text_member), differences


def _names(arguments: list[str], failure: Failure) -> dict[str, str]:
    """The member that each argument travels in: one of its name, where the contract gives that a meaning of its own."""
    own = {name: name for name in arguments if any(is_same(name, member) for member in failure.own)}
    return member_names(name for name in arguments if name not in own) | own


def _known(failure: Failure, text_member: str) -> AbstractSet[str]:
    """The members that need no argument."""
    return {text_member} | (failure.filled if failure.form == "object" else failure.own)


def _text_member(argument: str | None, failure: Failure, taken: AbstractSet[str]) -> str:
    """The member that carries the text: one that is named as the argument, before the one that the contract seems to have for it."""
    if failure.form in ("text", "value"):
        return "detail"
    named = next((name for name in failure.members if argument and is_same(name, argument)), "")
    return next((name for name in (named, failure.text) if name and name not in taken), "")


def _made_of(
    cls: type[Exception], detail: str | None, parameters: list[inspect.Parameter], fields: list[Field]
) -> ErrorForm:
    unnamed = [parameter for parameter in parameters if parameter.kind is parameter.POSITIONAL_ONLY]
    positional = [parameter for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    return ErrorForm(
        cls,
        detail,
        tuple(fields),
        needs_text=any(parameter.name == detail and parameter.default is parameter.empty for parameter in parameters),
        positional=tuple(parameter.name for parameter in unnamed + positional),
        unnamed=len(unnamed),
        takes_type=any(parameter.name == _TYPE for parameter in parameters),
    )


def _header_field(parameter: inspect.Parameter, hint: Any, header: str) -> list[Field]:
    """An argument that travels as a response header; none for a type that is not plain."""
    try:
        return [Field(parameter.name, "", wire_type(hint).adapter, is_required=False, header=header)]
    except NotAWireType:
        return []


def _field(parameter: inspect.Parameter, hint: Any, member: str, failure: Failure) -> tuple[Field | None, list[str]]:
    is_required = parameter.default is parameter.empty
    if is_required and member not in failure.required:
        what = f"is made with {parameter.name!r}, which the problem may leave out; require {member!r}, or give the argument a default"
        return None, [what]
    shape = failure.members[member]
    found = match(replace(shape, is_nullable=True) if parameter.default is None else shape, hint)
    if found.differences or found.wire is None:
        return None, [f"{parameter.name} / {member}: {message}" for message in found.differences]
    return Field(parameter.name, member, found.wire.adapter, is_required), []


def _parameters(cls: type[Exception]) -> list[inspect.Parameter]:
    """The arguments of the constructor; one inherited from a built-in exception takes anything."""
    if not inspect.isfunction(cls.__init__):
        return [inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)]
    return list(inspect.signature(cls.__init__).parameters.values())[1:]


def _is_named(parameter: inspect.Parameter) -> bool:
    return parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)


def _detail(parameters: list[inspect.Parameter], failure: Failure) -> str | None:
    """The argument that takes the text; see `ErrorForm.detail`."""
    others = {name for name, shape in failure.members.items() if "string" not in shape.kinds}
    texts = [name for name in _DETAIL if name not in others]
    named = next((item.name for item in parameters if _is_named(item) and item.name in texts), "")
    takes_any = bool(parameters) and parameters[0].kind is inspect.Parameter.VAR_POSITIONAL
    return None if takes_any and not named else named


def _hints(cls: type[Exception]) -> dict[str, Any]:
    if not inspect.isfunction(cls.__init__):
        return {}
    try:
        return typing.get_type_hints(cls.__init__, include_extras=True)
    except NameError:
        return {}


def _label(failure: Failure) -> str:
    status = "default" if failure.status is None else str(failure.status)
    return f"failure {status} {failure.code}" if failure.is_coded else f"failure {status}"


def _shared(entries: list[Entry]) -> list[str]:
    """One class for two codes could not be told apart on the way out."""
    found: dict[type[Exception], str] = {}
    differences = []
    for entry in entries:
        if entry.form is None:
            continue
        first = found.setdefault(entry.form.cls, entry.failure.code)
        if first != entry.failure.code:
            differences.append(
                f"{entry.form.cls.__name__} stands for both {first!r} and {entry.failure.code!r}; give each a class"
            )
    return differences
