"""The files of a contract, read when they are first referred to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from switchover.contract.findings import Finding, Location
from switchover.contract.source import Source, parse
from switchover.errors import ContractError

_MAX_FILES: Final = 5000


class Files(dict[str, Any]):
    """Values by file name. Asking for a file that was not read yet reads it.

    Attributes:
        sources: every file that could be read.
    """

    def __init__(self, fetch: Callable[[str], bytes]) -> None:
        super().__init__()
        self.sources: dict[str, Source] = {}
        self._fetch = fetch

    def root(self, name: str) -> Source:
        """Read the root file.

        Raises:
            ContractError: it cannot be read.
        """
        try:
            self[name] = self._read(name).value
        except (OSError, ValueError) as error:
            raise ContractError(f"{name} cannot be read:", [Finding(Location(name, 1), _reason(error))]) from error
        return self.sources[name]

    def __missing__(self, name: str) -> Any:
        """Raises LookupError with the reason, once it is known that a file cannot be read."""
        if len(self.sources) >= _MAX_FILES:
            raise LookupError(f"is file {_MAX_FILES + 1} of one contract")
        try:
            self[name] = self._read(name).value
        except ContractError as error:
            raise LookupError("cannot be used") from error
        except (OSError, ValueError) as error:
            raise LookupError(f"cannot be read: {_reason(error)}") from error
        return self[name]

    def _read(self, name: str) -> Source:
        self.sources[name] = parse(name, self._fetch(name))
        return self.sources[name]


def _reason(error: Exception) -> str:
    """Without the path that the operating system adds: it is one of this machine, and may say more than it should."""
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or (str(error) if isinstance(error, ValueError) else type(error).__name__)
