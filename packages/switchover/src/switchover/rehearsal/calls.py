"""What a team says of its load: safe calls through the running system, and what may differ in their answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from switchover.rehearsal.comparing import require_pointers


@dataclass(frozen=True, slots=True)
class SafeCall:
    """One call that a rehearsal makes again and again.

    Attributes:
        operation: its id; the contract has to say that it is safe.
        call: makes it through the running system, over the web process's HTTP say, and returns the answer as JSON has it. It raises for an
            answer that a user would call a failure.
        name: tells calls of one operation apart in the report, which is kept: no secret, nobody's name.
        varying: JSON Pointers (RFC 6901) of what may differ from answer to answer; `*` stands for any one member or element.

    Raises:
        ValueError: a pointer that is none.
    """

    operation: str
    call: Callable[[], Awaitable[Any]] = field(repr=False)
    name: str = ""
    varying: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """See the class."""
        require_pointers(self.varying)

    def __str__(self) -> str:
        return f"{self.operation} ({self.name})" if self.name else self.operation


Load = Callable[[], AbstractAsyncContextManager[Sequence[SafeCall]]]
"""Opens what the calls need, gives them, and closes it: `rehearsal` of [tool.switchover] names one."""
