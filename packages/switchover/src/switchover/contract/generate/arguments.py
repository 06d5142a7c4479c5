"""The arguments of a method: path parameters, the body, and everything else by keyword."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from switchover.contract.generate.types import Annotations, optional
from switchover.contract.model import FormField, Media, Operation, Parameter
from switchover.contract.naming import pascal, snake
from switchover.contract.operations.parameters import CONTEXT_HEADERS

PLAIN: Final = {Media.TEXT: "str", Media.BINARY: "bytes"}

_LITERALS: Final = ("str", "int", "float", "bool")


@dataclass(frozen=True)
class Argument:
    """One argument of a method.

    Attributes:
        default: the default's JSON value in a tuple of one; an empty tuple for an argument that has to be given.
        other_name: what it is called where its name is taken.
    """

    name: str
    annotation: str
    default: tuple[Any, ...] = ()
    is_keyword: bool = False
    other_name: str = ""


def arguments_of(operation: Operation, annotations: Annotations, caller: str | None) -> list[Argument]:
    """The arguments of an operation's method, after `self`."""
    first = [Argument("caller", caller)] if caller and operation.names_caller else []
    taken = [parameter for parameter in operation.parameters if not _is_context(parameter)]
    positional = [_positional(parameter, operation, annotations) for parameter in taken if parameter.place == "path"]
    keywords = [_keyword(parameter, operation, annotations) for parameter in taken if parameter.place != "path"]
    listed = [*first, *positional, *_body(operation, annotations), *keywords]
    return list(_unlike(listed))


def listed(arguments: Iterable[Argument], enums: frozenset[str]) -> list[str]:
    """Arguments as they stand in a signature; `enums` are the models that are enumerations."""
    written = [(argument, _default(argument, enums)) for argument in arguments]
    written.sort(key=lambda pair: (pair[0].is_keyword, pair[0].is_keyword and pair[1] is not None))
    found: list[str] = []
    for argument, default in written:
        if argument.is_keyword and "*" not in found:
            found.append("*")
        text = f"{argument.name}: {argument.annotation}"
        found.append(text if default is None else f"{text} = {default}")
    return found


def _unlike(arguments: list[Argument]) -> Iterable[Argument]:
    seen = {"self"}
    for argument in arguments:
        name = argument.name if argument.name not in seen else argument.other_name
        seen.add(name)
        yield replace(argument, name=name)


def _is_context(parameter: Parameter) -> bool:
    return parameter.place == "header" and parameter.name.lower() in CONTEXT_HEADERS


def _positional(parameter: Parameter, operation: Operation, annotations: Annotations) -> Argument:
    annotation = annotations.of(parameter.schema, f"{pascal(operation.id)}{pascal(parameter.name)}")
    return Argument(snake(parameter.name), annotation, other_name=f"path_{snake(parameter.name)}")


def _keyword(parameter: Parameter, operation: Operation, annotations: Annotations) -> Argument:
    made = Argument(
        snake(parameter.name),
        annotations.of(parameter.schema, f"{pascal(operation.id)}{pascal(parameter.name)}"),
        is_keyword=True,
        other_name=f"{parameter.place}_{snake(parameter.name)}",
    )
    if parameter.is_required:
        return made
    if parameter.shape.default and parameter.shape.default[0] is not None:
        return replace(made, default=parameter.shape.default)
    return replace(made, annotation=optional(made.annotation), default=(None,))


def _body(operation: Operation, annotations: Annotations) -> list[Argument]:
    body = operation.body
    if body is None:
        return []
    if body.content.has_files:
        return [_member(field, operation, annotations) for field in body.content.fields]
    if body.content.media in PLAIN:
        annotation, name = PLAIN[body.content.media], "body"
    else:
        annotation = annotations.of(body.content.schema, f"{pascal(operation.id)}Body")
        name = snake(annotation) if annotation in annotations.models else "body"
    made = Argument(name, annotation, other_name="body" if name != "body" else "request_body")
    # Whatever comes first has no default, so a body that may be left out is given by keyword.
    return [made if body.is_required else replace(made, annotation=optional(annotation), default=(None,))]


def _member(field: FormField, operation: Operation, annotations: Annotations) -> Argument:
    """A member of a form with files; `Upload` is a file."""
    parameter = field.parameter
    if not field.is_file:
        return _keyword(parameter, operation, annotations)
    annotations.imports.add("from switchover import Upload")
    made = Argument(snake(field.name), "list[Upload]" if field.is_list else "Upload", is_keyword=True)
    return made if parameter.is_required else replace(made, annotation=optional(made.annotation), default=(None,))


def _default(argument: Argument, enums: frozenset[str]) -> str | None:
    """The default as Python text; None for one that has none, or that only a caller can write."""
    if not argument.default:
        return None
    value = argument.default[0]
    if value is None:
        return "None"
    if argument.annotation in enums:
        return f"{argument.annotation}({value!r})"
    is_literal = argument.annotation in _LITERALS or argument.annotation.startswith("Literal[")
    return repr(value) if is_literal and not isinstance(value, list | dict) else None
