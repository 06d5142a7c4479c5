"""Which operations of a document are honoured, and which are left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from switchover.contract.document import Document
from switchover.contract.findings import LeftOut, Notes
from switchover.contract.model import Operation
from switchover.contract.naming import is_same
from switchover.contract.operations.reading import OperationReader

_PARAMETER: Final = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, eq=False)
class Selection:
    """The operations of a document that were asked for.

    Attributes:
        honoured: those that can be honoured, with what is passed over.
        left_out: those that cannot, and paths that cannot be read.
        unknown: names that were asked for and that no operation has.
        others: names of the operations that were not asked for.
    """

    honoured: tuple[tuple[Operation, Notes], ...]
    left_out: tuple[LeftOut, ...]
    unknown: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def refusals(self) -> list[str]:
        """One sentence for each reason for which something is left out."""
        return [item for left_out in self.left_out for item in left_out.items]

    def without(self, reasons: Mapping[str, Sequence[str]]) -> Selection:
        """Leave out more operations, each with the reasons, by name."""
        more = tuple(LeftOut(name, tuple(why)) for name, why in reasons.items())
        kept = tuple(item for item in self.honoured if item[0].id not in reasons)
        return replace(self, honoured=kept, left_out=self.left_out + more)


def select(document: Document, wanted: Collection[str] | None = None) -> Selection:
    """Read the operations of a document, or those that are wanted, by name in any case style."""
    reader = OperationReader(document)
    addresses: dict[tuple[str, str], Operation] = {}
    everything = list(reader.read())
    read = [item for item in everything if wanted is None or is_wanted(item[0].id, wanted)]
    others = [operation.id for operation, _ in everything if wanted is not None and not is_wanted(operation.id, wanted)]
    for operation, notes in read:
        if not notes.errors:
            _check_address(operation, addresses, notes)
    left_out = [LeftOut(item.id, tuple(dict.fromkeys(map(str, notes.errors)))) for item, notes in read if notes.errors]
    if wanted is None:
        left_out += [LeftOut(path, tuple(map(str, findings))) for path, findings in reader.unread().items()]
    unknown = [name for name in wanted or () if not any(is_same(name, operation.id) for operation, _ in read)]
    honoured = tuple(item for item in read if not item[1].errors)
    return Selection(honoured, tuple(left_out), tuple(unknown), tuple(others))


def is_wanted(name: str, wanted: Collection[str]) -> bool:
    """Whether a name is among others, in any case style."""
    return any(is_same(each, name) for each in wanted)


def _check_address(operation: Operation, addresses: dict[tuple[str, str], Operation], notes: Notes) -> None:
    first = addresses.setdefault((operation.method, _PARAMETER.sub("{}", operation.path)), operation)
    if first is not operation:
        what = f"has the address of {first} at {first.node.where}; names of parameters do not tell addresses apart"
        notes.error(operation.node, what)
