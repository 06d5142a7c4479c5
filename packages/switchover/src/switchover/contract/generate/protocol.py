"""The Protocol: one method for each operation, with a docstring that names what it raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from switchover.contract.generate.arguments import PLAIN, Argument, listed
from switchover.contract.generate.failures import ErrorClass
from switchover.contract.generate.text import line, wrapped
from switchover.contract.generate.types import Annotations
from switchover.contract.model import Media, Operation
from switchover.contract.naming import pascal, snake

_WIDTH: Final = 120

CALLER: Final = r'''
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a user id and the groups the user is in, by names that can travel."""

    user_id: str
    groups: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raises ValueError for a name that is empty or has control characters in it."""
        for name in (self.user_id, *self.groups):
            if not name or _UNUSABLE.search(name):
                raise ValueError("a caller's names are text, not empty, without control characters")
'''.lstrip()
"""The same names pass here as in the header that carries them (`switchover.trust`), so that a caller is one under every wiring."""


def returned(operation: Operation, annotations: Annotations) -> str:
    """The annotation of what an operation gives back."""
    found: dict[str, None] = {}
    for answer in operation.answers:
        content = answer.content
        if content is None:
            annotation = "None"
        elif content.media is Media.JSON:
            many = len(operation.answers) > 1
            annotation = annotations.of(content.schema, f"{pascal(operation.id)}Answer{answer.status if many else ''}")
        else:
            annotation = PLAIN[content.media]
        found[annotation] = None
    return " | ".join(sorted(found, key=lambda item: item == "None")) or "None"


def method_lines(
    operation: Operation,
    arguments: list[Argument],
    returns: str,
    classes: Mapping[str, ErrorClass],
    *,
    enums: frozenset[str],
    is_async: bool,
) -> list[str]:
    """The method of one operation."""
    head = f"    {'async ' if is_async else ''}def {snake(operation.id)}("
    pieces = ["self", *listed(arguments, enums)]
    signature = [f"{head}{', '.join(pieces)}) -> {returns}:"]
    if len(signature[0]) > _WIDTH:
        signature = [head, *(f"        {piece}," for piece in pieces), f"    ) -> {returns}:"]
    return [*signature, *_docstring(operation, classes), "        ...", ""]


def _docstring(operation: Operation, classes: Mapping[str, ErrorClass]) -> list[str]:
    summary = operation.summary or operation.description.partition("\n")[0] or operation.id
    lines = [f"{line(summary).rstrip('.')}."]
    if operation.description:
        lines += ["", *wrapped(operation.description)]
    raised = [(failure, classes[failure.code]) for failure in operation.failures if failure.code in classes]
    if raised:
        lines += ["", "Raises:"]
        for failure, item in raised:
            lines += wrapped(f"{item.name}: {_meaning(failure.node.value)}", "    ")
    text = [f"        {written}".rstrip() for written in lines]
    text[0] = f'        """{lines[0]}'
    return [f'{text[0]}"""'] if len(lines) == 1 else [*text, '        """']


def _meaning(response: Any) -> str:
    description = response.get("description")
    return " ".join(str(description or "documented without words.").split())
