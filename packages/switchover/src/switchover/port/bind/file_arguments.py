"""The arguments of a form that are files: `Upload` or `bytes`, or lists of them."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from types import NoneType
from typing import Any, Final, get_args, get_origin

from switchover.contract import Content
from switchover.contract.model import FormField
from switchover.contract.naming import is_same
from switchover.port.bind.arguments import Arguments, members_of
from switchover.port.matching import name_of
from switchover.port.uploads import Upload

_FILES: Final = (Upload, bytes)


class FileArguments:
    """The files among the arguments of a form.

    Attributes:
        hints: what stands for their annotations where the form is held against its schema, by name of the argument.
        plain: names of the members that are `bytes`.
        found: differences, as sentences.
    """

    def __init__(self, content: Content, left: Sequence[inspect.Parameter], arguments: Arguments) -> None:
        self.hints: dict[str, Any] = {}
        self.found: list[str] = []
        plain: set[str] = set()
        for field in content.fields:
            argument = next((argument for argument in left if is_same(argument.name, field.name)), None)
            if field.is_file and argument is None:
                self.found.append(
                    f"has no argument for the file {field.name!r}; each member of a form with files is one"
                )
            elif field.is_file and argument is not None:
                file = self._hint(field, argument, arguments.hint(argument))
                if file is bytes:
                    plain.add(field.name)
        self.plain = frozenset(plain)

    def _hint(self, field: FormField, argument: inspect.Parameter, hint: Any) -> Any:
        options = [option for option in members_of(hint) if option is not NoneType]
        option = options[0] if len(options) == 1 else None
        file = get_args(option)[0] if field.is_list and get_origin(option) is list else option
        if file not in _FILES or (field.is_list and file is option):
            wanted = "list[Upload] or list[bytes]" if field.is_list else "Upload or bytes"
            self.found.append(f"the argument {argument.name!r} is a file and must be {wanted}, got {name_of(hint)}")
            return None
        placeholder: Any = list[str] if field.is_list else str
        self.hints[argument.name] = placeholder | None if NoneType in members_of(hint) else placeholder
        return file
