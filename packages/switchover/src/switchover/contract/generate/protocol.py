"""The Protocol: one method for each operation, with a docstring that names what it raises."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from switchover.contract.generate.failures import ErrorClass
from switchover.contract.generate.types import Annotations, literal
from switchover.contract.model import Media, Operation, Parameter
from switchover.contract.naming import pascal, snake
from switchover.contract.parameters import CONTEXT_HEADERS

_WIDTH = 116
_PLAIN = {Media.TEXT: "str", Media.BINARY: "bytes"}

CALLER = '''\
@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a user id and the groups the user is in."""

    user_id: str
    groups: frozenset[str] = frozenset()
'''


@dataclass(frozen=True)
class Argument:
    """One argument of a method."""

    name: str
    annotation: str
    default: str | None = None
    is_keyword: bool = False


def method_lines(
    operation: Operation,
    annotations: Annotations,
    classes: Mapping[str, ErrorClass],
    caller: str | None,
    *,
    is_async: bool,
) -> list[str]:
    """The method of one operation."""
    arguments = [Argument("caller", caller)] if caller and operation.needs_caller else []
    arguments += _arguments(operation, annotations)
    head = f"    {'async ' if is_async else ''}def {snake(operation.id)}("
    listed = _listed(arguments)
    returns = _returns(operation, annotations)
    line = f"{head}{', '.join(['self', *listed])}) -> {returns}:"
    signature = (
        [line]
        if len(line) <= _WIDTH + 4
        else [head, *(f"        {item}," for item in ["self", *listed]), f"    ) -> {returns}:"]
    )
    return [*signature, *_docstring(operation, classes), "        ...", ""]


def _arguments(operation: Operation, annotations: Annotations) -> list[Argument]:
    taken = [parameter for parameter in operation.parameters if not _is_context(parameter)]
    positional = [_positional(parameter, operation, annotations) for parameter in taken if parameter.place == "path"]
    body = _body(operation, annotations)
    required = [_keyword(parameter, operation, annotations) for parameter in taken if parameter.place != "path"]
    return [*positional, *body, *sorted(required, key=lambda argument: argument.default is not None)]


def _is_context(parameter: Parameter) -> bool:
    return parameter.place == "header" and parameter.name.lower() in CONTEXT_HEADERS


def _positional(parameter: Parameter, operation: Operation, annotations: Annotations) -> Argument:
    return Argument(
        snake(parameter.name), annotations.of(parameter.schema, f"{pascal(operation.id)}{pascal(parameter.name)}")
    )


def _keyword(parameter: Parameter, operation: Operation, annotations: Annotations) -> Argument:
    annotation = annotations.of(parameter.schema, f"{pascal(operation.id)}{pascal(parameter.name)}")
    if parameter.is_required:
        return Argument(snake(parameter.name), annotation, None, True)
    if parameter.shape.default and not isinstance(parameter.shape.default[0], list | dict):
        return Argument(snake(parameter.name), annotation, literal(parameter.shape.default[0]), True)
    optional = annotation if annotation.endswith("| None") else f"{annotation} | None"
    return Argument(snake(parameter.name), optional, "None", True)


def _body(operation: Operation, annotations: Annotations) -> list[Argument]:
    body = operation.body
    if body is None:
        return []
    if body.content.media is not Media.JSON:
        annotation, name = _PLAIN[body.content.media], "body"
    else:
        annotation = annotations.of(body.content.schema, f"{pascal(operation.id)}Body")
        name = snake(annotation) if annotation in annotations.models else "body"
    if body.is_required:
        return [Argument(name, annotation)]
    return [Argument(name, annotation if annotation.endswith("| None") else f"{annotation} | None", "None")]


def _listed(arguments: Iterable[Argument]) -> list[str]:
    listed: list[str] = []
    for argument in arguments:
        if argument.is_keyword and "*" not in listed:
            listed.append("*")
        text = f"{argument.name}: {argument.annotation}"
        listed.append(f"{text} = {argument.default}" if argument.default is not None else text)
    return listed


def _returns(operation: Operation, annotations: Annotations) -> str:
    found: list[str] = []
    for answer in operation.answers:
        content = answer.content
        if content is None:
            annotation = "None"
        elif content.media is Media.JSON:
            many = len(operation.answers) > 1
            annotation = annotations.of(content.schema, f"{pascal(operation.id)}Answer{answer.status if many else ''}")
        else:
            annotation = _PLAIN[content.media]
        if annotation not in found:
            found.append(annotation)
    return " | ".join(sorted(found, key=lambda item: item == "None")) or "None"


def _docstring(operation: Operation, classes: Mapping[str, ErrorClass]) -> list[str]:
    summary = operation.summary or operation.description.partition("\n")[0] or operation.id
    lines = [f"{summary.rstrip('.')}."]
    if operation.description:
        lines += ["", *_wrapped(operation.description, "")]
    raised = [(failure, classes[failure.code]) for failure in operation.failures if failure.code in classes]
    if raised:
        lines += ["", "Raises:"]
        for failure, item in raised:
            lines += _wrapped(f"{item.name}: {_meaning(failure.node.value)}", "    ")
    text = [f"        {line}".rstrip() for line in lines]
    text[0] = f'        """{lines[0]}'
    if len(lines) == 1:
        return [f'{text[0]}"""']
    return [*text, '        """']


def _wrapped(text: str, indent: str) -> list[str]:
    paragraphs = text.replace("\\", "\\\\").replace('"""', "'''").split("\n\n")
    lines: list[str] = []
    for paragraph in paragraphs:
        if lines:
            lines.append("")
        lines += textwrap.wrap(
            " ".join(paragraph.split()),
            100,
            initial_indent=indent,
            subsequent_indent=indent + ("    " if indent else ""),
            break_long_words=False,
        )
    return lines


def _meaning(response: Any) -> str:
    description = response.get("description", "") if isinstance(response, dict) else ""
    return " ".join(description.split()) or "documented without words."
