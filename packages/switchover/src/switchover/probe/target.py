"""What is probed: an address, and what the contract says about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from switchover.contract import Document, Operation, OperationReader, SchemaEngine, base_path
from switchover.contract.naming import is_same
from switchover.probe.address import Address, address_of
from switchover.probe.documented import DocumentedAnswers, names_of
from switchover.probe.expectation import Expectation

DEFAULT_OPERATION: Final = "getHealth"


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """An address to ask. Without an expectation, any 2xx is an answer as it should be."""

    address: Address
    expectation: Expectation | None = None

    @classmethod
    def at(cls, url: str) -> Self:
        """A full URL, of which no contract is known.

        Raises:
            ValueError: it is none.
        """
        return cls(address_of(url))

    @property
    def url(self) -> str:
        """How the target is called: without its query."""
        return self.address.shown

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.expectation.operation.method if self.expectation is not None else "GET"


def targets(
    document: Document, base_urls: Sequence[str], operations: Sequence[str] = (), *, has_token: bool = False
) -> list[ProbeTarget]:
    """Operations of a contract, wherever it is served.

    Args:
        document: the contract.
        base_urls: what the contract's server path is relative to, as for `port.http`.
        operations: which; without any, `getHealth`, or if there is none, all that can be probed.
        has_token: will there be a credential for operations that ask for one?

    Raises:
        ValueError: a URL is none; an operation is not there, or cannot be probed.
        ContractError: the contract cannot be used.
    """
    chosen = _chosen(document, operations, has_token=has_token)
    engine, names, prefix = SchemaEngine(document), names_of(document), base_path(document)
    expectations = [Expectation(operation, DocumentedAnswers(operation, engine), names) for operation in chosen]
    addresses = [address_of(url, is_base=True) for url in base_urls]
    return [
        ProbeTarget(address.below(prefix + expectation.operation.path), expectation)
        for address in addresses
        for expectation in expectations
    ]


def require_distinct(probed: Sequence[ProbeTarget]) -> None:
    """Reports and metrics tell targets apart by what is shown of their URLs.

    Raises:
        ValueError: two are shown alike.
    """
    seen: set[str] = set()
    for target in probed:
        if target.url in seen:
            raise ValueError(f"{target.url} is there twice; URLs that differ only in their query are shown alike")
        seen.add(target.url)


def _chosen(document: Document, wanted: Sequence[str], *, has_token: bool) -> list[Operation]:
    refusals: dict[str, str | None] = {}
    operations: list[Operation] = []
    for operation, notes in OperationReader(document).read():
        operations.append(operation)
        told = str(notes.errors[0]) if notes.errors else None
        refusals[operation.id] = told or _refusal(operation, has_token=has_token)
    probeable = [operation for operation in operations if refusals[operation.id] is None]
    if not wanted:
        health = [operation for operation in probeable if is_same(operation.id, DEFAULT_OPERATION)]
        if not probeable:
            raise ValueError(f"{document.name} has no operation that can be probed: safe, open, without parameters")
        return health or probeable
    return [_named(name, operations, refusals, probeable) for name in wanted]


def _named(
    name: str, operations: Sequence[Operation], refusals: dict[str, str | None], probeable: Sequence[Operation]
) -> Operation:
    operation = next((operation for operation in operations if is_same(operation.id, name)), None)
    if operation is None:
        listed = ", ".join(operation.id for operation in probeable) or "none"
        raise ValueError(f"the contract has no operation {name!r}; those that can be probed: {listed}")
    if (told := refusals[operation.id]) is not None:
        raise ValueError(f"{operation} cannot be probed: {told}")
    return operation


def _refusal(operation: Operation, *, has_token: bool) -> str | None:
    """Why an operation cannot be asked from outside, again and again."""
    if not operation.is_safe:
        return "it changes something"
    if operation.needs_caller and not has_token:
        return "it asks for credentials; name a variable that holds a token with --token-env"
    if required := [parameter.label for parameter in operation.parameters if parameter.is_required]:
        return f"it needs {', '.join(required)}"
    return None
