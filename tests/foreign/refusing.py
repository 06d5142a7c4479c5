"""Contracts that are refused, with the place marked that the refusal has to name."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from switchover import Contract
from switchover.contract import select
from switchover.errors import BindError, ContractError

MARK = "# here"


@dataclass(frozen=True)
class Refused:
    """A contract and what is said about it: `pointer` and `message`, in the line that ends with `# here`.

    Attributes:
        paths: the operations, below `paths`.
        components: what stands below `components`.
        files: further files.
    """

    paths: str
    pointer: str
    message: str
    components: str = ""
    version: str = "3.1.0"
    files: dict[str, str] = field(default_factory=dict)
    file: str = "openapi.yaml"

    @property
    def texts(self) -> dict[str, str]:
        """The files."""
        root = f"openapi: {self.version}\ninfo: {{ title: Refused, version: '1' }}\npaths:\n{_indented(self.paths)}"
        if self.components:
            root += f"components:\n{_indented(self.components)}"
        return {"openapi.yaml": root, **{name: textwrap.dedent(text) for name, text in self.files.items()}}

    @property
    def expected(self) -> str:
        """The finding, as it is shown."""
        lines = self.texts[self.file].splitlines()
        line = next(number for number, text in enumerate(lines, 1) if text.endswith(MARK))
        return f"{self.file}:{line} #{self.pointer} {self.message}"


def _indented(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), "  ") + "\n"


def said_about(refused: Refused, interface: type) -> list[str]:
    """What is said when it is loaded, of what is left out, and when it is bound."""
    texts = {name: text.encode() for name, text in refused.texts.items()}

    def fetch(name: str) -> bytes:
        try:
            return texts[name]
        except KeyError:
            raise FileNotFoundError(2, "No such file or directory") from None

    try:
        contract = Contract.read("openapi.yaml", fetch)
        if refusals := select(contract.document).refusals:
            return refusals
        contract.bind(interface)
    except (ContractError, BindError) as error:
        return [str(item) for item in error.items]
    return []
