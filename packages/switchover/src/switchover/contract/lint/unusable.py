"""Operations that cannot be honoured."""

from __future__ import annotations

from switchover.contract.document import Document
from switchover.contract.findings import Finding
from switchover.contract.operations.reading import OperationReader


def unusable(document: Document) -> list[Finding]:
    """Every reason for which an operation cannot be honoured."""
    found = [finding for _, notes in OperationReader(document).read() for finding in notes.errors]
    return list(dict.fromkeys(found))
