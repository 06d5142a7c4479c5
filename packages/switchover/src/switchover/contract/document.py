"""A contract as files: one root and whatever it refers to, with every place and reference checked while loading."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from switchover.contract import structure
from switchover.contract.faults import Faults
from switchover.contract.files import Files
from switchover.contract.findings import Finding
from switchover.contract.node import Node, Tree
from switchover.contract.subtypes import with_subtypes
from switchover.errors import ContractError
from switchover.versions import ContractVersion

__all__ = ["Document", "Node"]


@dataclass(frozen=True, slots=True, eq=False)
class Document(Tree):
    """The files of a contract.

    Attributes:
        faults: what is wrong with parts of it, which keeps the operations that reach these parts from being honoured.
    """

    faults: Faults = field(repr=False)

    @classmethod
    def load(cls, path: str | Path) -> Document:
        """Read a contract and every file that it refers to.

        Raises:
            ContractError: it is unreadable or not OpenAPI 3.0 or 3.1, or a reference that leads nowhere, a file that is
                missing or the like keeps every operation from being honoured.
        """
        root = Path(path)
        return cls.read(root.name, lambda name: (root.parent / name).read_bytes())

    @classmethod
    def read(cls, name: str, fetch: Callable[[str], bytes]) -> Document:
        """Like `load`, with the files from `fetch`, which gets paths relative to the root file's folder."""
        files = Files(fetch)
        version = structure.version(files.root(name))
        root = Tree(name, version, files.sources, files).root
        found = structure.faults(root)
        faults = Faults(root, found)
        if faults and not faults.spare(root.get("paths")):
            findings: list[Finding] = sorted({finding for _, finding in found}, key=lambda each: _order(name, each))
            raise ContractError(f"{name} is not a usable contract:", findings)
        values = dict(files) if faults else _read_values(name, files)
        return cls(name, version, files.sources, values, faults)

    @property
    def content(self) -> bytes:
        """The root file, byte for byte."""
        return self.sources[self.name].content

    @property
    def digest(self) -> str:
        """`sha256:…` over every file with its name; over the bytes alone when there is one file."""
        if len(self.sources) == 1:
            return "sha256:" + hashlib.sha256(self.content).hexdigest()
        digest = hashlib.sha256()
        for file, source in sorted(self.sources.items()):
            digest.update(f"{file}\0{len(source.content)}\0".encode() + source.content)
        return "sha256:" + digest.hexdigest()

    @property
    def contract_version(self) -> ContractVersion:
        """The version of the contract: `info.version` and the digest's beginning."""
        return ContractVersion.of(self.digest, self.root.value.get("info"))


def _read_values(name: str, files: Files) -> dict[str, Any]:
    """The values of the files; subtypes are looked for where there is one file."""
    values = dict(files)
    if len(values) == 1:
        text = files.sources[name].content.decode("utf-8", "replace")
        values[name] = with_subtypes(values[name], text)
    return values


def _order(root: str, finding: Finding) -> tuple[bool, str, int, str]:
    """The root file first, then file by file and line by line."""
    return finding.where.file != root, finding.where.file, finding.where.line, str(finding)
