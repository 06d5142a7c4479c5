"""Exceptions: one class for each documented code."""

from __future__ import annotations

import http
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from switchover.contract.generate.names import Names
from switchover.contract.generate.text import line, quoted
from switchover.contract.generate.types import Annotations, optional
from switchover.contract.model import Failure, Operation
from switchover.contract.naming import pascal, snake
from switchover.errors import WIRE_ERRORS

_OF_EXCEPTIONS: Final = frozenset({"self", "detail", "args", "add_note", "with_traceback"})
_PHRASES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
"""RFC 9110 renamed these; older standard libraries have the older names."""


@dataclass(frozen=True)
class Member:
    """What an exception carries besides its text."""

    name: str
    annotation: str
    is_required: bool


@dataclass(frozen=True)
class ErrorClass:
    """One exception class."""

    name: str
    code: str
    status: int
    members: tuple[Member, ...]
    type: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Classes:
    """The exceptions that operations need.

    Attributes:
        by_code: the classes; failures that the kit has classes for are left out.
        conflicts: what keeps operations from sharing them, by operation.
    """

    by_code: dict[str, ErrorClass]
    conflicts: dict[str, list[str]]


def error_classes(operations: Iterable[Operation], annotations: Annotations, names: Names) -> Classes:
    """Make one class of each code. What it carries in some places only, it may do without."""
    kit = {error.code for error in WIRE_ERRORS}
    found: dict[str, ErrorClass] = {}
    first: dict[str, Failure] = {}
    conflicts: dict[str, list[str]] = {}
    for operation in operations:
        own: dict[str, ErrorClass] = {}
        for failure in operation.failures:
            if not failure.is_coded or failure.code in kit:
                continue
            known = own.get(failure.code) or found.get(failure.code)
            made = _class(failure, "", annotations)
            merged = _merged(known, made) if known is not None else made
            if merged is not None:
                own[failure.code] = merged
                first.setdefault(failure.code, failure)
            else:
                what = f"describes {failure.code!r} otherwise than {first[failure.code].node.where}"
                conflicts.setdefault(operation.id, []).append(str(failure.node.finding(what)))
        if operation.id not in conflicts:
            found |= own
    named = {code: replace(item, name=names.claim(pascal(code), "Failure")) for code, item in found.items()}
    return Classes(dict(sorted(named.items())), conflicts)


def _merged(known: ErrorClass, other: ErrorClass) -> ErrorClass | None:
    """Return the class that stands for both; None if they have a member of two types."""
    ours, theirs = ({member.name: member for member in item.members} for item in (known, other))
    members: list[Member] = []
    for name in sorted(ours | theirs):
        both = [item[name] for item in (ours, theirs) if name in item]
        annotation = _wider(both[0].annotation, both[-1].annotation)
        if annotation is None:
            return None
        members.append(Member(name, annotation, len(both) == 2 and all(member.is_required for member in both)))
    return replace(known, members=_ordered(members), type=known.type if known.type == other.type else None)


def _wider(one: str, other: str) -> str | None:
    """Return the annotation that takes the values of both; None if it would say nothing."""
    plain = {annotation.removesuffix(" | None") for annotation in (one, other)}
    if len(plain) > 1 and all(annotation == "str" or annotation.startswith("Literal['") for annotation in plain):
        plain = {"str"}
    if len(plain) > 1:
        return None
    return optional(*plain) if "| None" in one + other else plain.pop()


def _class(failure: Failure, name: str, annotations: Annotations) -> ErrorClass:
    members = [
        Member(_argument(member), annotations.scalar_of(shape), member in failure.required)
        for member, shape in sorted(failure.members.items())
    ]
    return ErrorClass(name, failure.code, failure.status or 500, _ordered(members), failure.type)


def _ordered(members: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(members, key=lambda member: not member.is_required))


def _argument(member: str) -> str:
    name = snake(member)
    return f"{name}_" if name in _OF_EXCEPTIONS else name


def errors_text(classes: Iterable[ErrorClass], base: str, imports: Iterable[str], name: str) -> str:
    """The module `errors`."""
    listed = list(classes)
    tree = "\n".join(
        f"{'└──' if item is listed[-1] else '├──'} {item.name}  {item.status} {line(item.code)}" for item in listed
    )
    lines = [
        f'"""Failures that {line(name)} documents. Generated by `switchover generate`; edit the contract instead.',
        "",
        base,
        *([tree] if tree else []),
        '"""',
        "",
        "from __future__ import annotations",
        "",
        *_import_lines(imports),
        "",
        "",
        f"class {base}(Exception):",
        f'    """Base of the failures that {line(name)} documents: stable `code`, HTTP `status`, `detail` for people."""',
        "",
        "    code: ClassVar[str]",
        "    status: ClassVar[int]",
        "",
        '    def __init__(self, detail: str = "") -> None:',
        "        super().__init__(detail)",
        "        self.detail = detail",
    ]
    for item in listed:
        lines += ["", "", *_class_lines(item, base)]
    return "\n".join(lines) + "\n"


def _import_lines(imports: Iterable[str]) -> list[str]:
    wanted = set(imports)
    literal = "from typing import Literal" in wanted
    standard = [f"from typing import ClassVar{', Literal' if literal else ''}"]
    standard += [item for item in wanted if "pydantic" not in item and "typing" not in item]
    third = sorted(item for item in wanted if "pydantic" in item)
    return [*sorted(standard), *(["", *third] if third else [])]


def _class_lines(item: ErrorClass, base: str) -> list[str]:
    lines = [
        f"class {item.name}({base}):",
        f'    """{item.status} {_phrase(item.status)}: `{line(item.code)}`."""',
        "",
        f"    code = {quoted(item.code)}",
        f"    status = {item.status}",
        *([f"    problem_type = {quoted(item.type)}"] if item.type is not None else []),
    ]
    if item.members:
        arguments = ", ".join(
            f"{m.name}: {m.annotation}" if m.is_required else f"{m.name}: {optional(m.annotation)} = None"
            for m in item.members
        )
        lines += [
            "",
            f'    def __init__(self, detail: str = "", *, {arguments}) -> None:',
            "        super().__init__(detail)",
        ]
        lines += [f"        self.{member.name} = {member.name}" for member in item.members]
    return lines


def _phrase(status: int) -> str:
    known = {member.value: member.phrase for member in http.HTTPStatus} | _PHRASES
    return known.get(status, "Error")
