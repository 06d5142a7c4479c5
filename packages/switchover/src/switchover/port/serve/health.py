"""`GET /switchover/health`: whether the process takes calls, and which version of which contract it has. Open to everyone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pydantic_core import to_json

from switchover.contract import Document
from switchover.errors import ServiceUnavailable
from switchover.port.serve.gate import Gate
from switchover.port.serve.incoming import trace_of_scope
from switchover.port.serve.reply import Header, Reply, error_reply
from switchover.port.serve.route import Answering

HEALTH_PATH: Final = "/switchover/health"

_JSON: Final[Header] = (b"content-type", b"application/json")


def add_health(
    answers: dict[str, dict[str, Answering]],
    operations: Sequence[str],
    mounts: Iterable[str],
    document: Document,
    gate: Gate,
) -> None:
    """Answer at the health route's address, unless the contract or a mount has it.

    Args:
        answers: what is answered, by path and method.
        operations: the paths of the contract's operations, with their templates.
        mounts: the paths of mounts.
        document: the contract.
        gate: closed when the service is to stop.
    """
    if _is_free([*operations, *answers], mounts):
        answers[HEALTH_PATH] = {"GET": _health(document, gate)}


def _health(document: Document, gate: Gate) -> Answering:
    """The answer: `{"status": "ok", "contract": {"digest": "sha256:…", "version": "1.4.0"}}`, or 503 once the service is to stop.

    The digest is whole here, as `Contract.digest` has it. Nothing is asked: whether the database answers is for the contract's own
    operation to say.
    """
    contract = {"digest": document.digest, "version": document.contract_version.version}
    body = to_json({"status": "ok", "contract": contract})

    async def answer(scope: object, receive: object) -> Reply:  # noqa: ARG001 - says the same to everyone
        trace_id = trace_of_scope(scope).trace_id
        if gate.is_closed:
            return error_reply(ServiceUnavailable("The service is shutting down."), trace_id)
        return Reply(200, _JSON, body, trace_id)

    return answer


def _is_free(paths: Iterable[str], mounts: Iterable[str]) -> bool:
    """Whether no path (or template of one) means the address of the health route, and nothing is mounted above it."""
    wanted = HEALTH_PATH.split("/")
    is_taken = any(len(pieces) == len(wanted) and _fits(pieces, wanted) for pieces in map(_pieces, paths))
    return not is_taken and not any(_fits(pieces, wanted) for pieces in map(_pieces, mounts))


def _pieces(path: str) -> list[str]:
    return path.split("/")


def _fits(pieces: list[str], wanted: list[str]) -> bool:
    return len(pieces) <= len(wanted) and all(
        "{" in piece or piece == other for piece, other in zip(pieces, wanted, strict=False)
    )
