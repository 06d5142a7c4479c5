"""Whether an answer is what a contract documents, and where it departs from that.

An answer is somebody else's text: of what it says, nothing is repeated that the contract does not say too.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final

from pydantic_core import from_json

from switchover.contract import Media, Operation, SchemaCheck, pointer
from switchover.contract.media import essence, media_of
from switchover.contract.operations.failures import status_code
from switchover.port.plainbody import read_plain_body
from switchover.port.problems import PROBLEM_JSON, read_problem, text_of
from switchover.port.values import UnusableValue
from switchover.port.wire import WireResponse
from switchover.probe.documented import DocumentedAnswers, Offers, chosen

_MOST_BREACHES: Final = 3


class Expectation:
    """What may be answered to one operation.

    Args:
        operation: what is called.
        answers: what the contract documents for it.
        names: that the contract gives to anything; others are not repeated.

    Attributes:
        accept: the media types to ask for.
    """

    def __init__(self, operation: Operation, answers: DocumentedAnswers, names: AbstractSet[str]) -> None:
        self.operation = operation
        self._answers = answers
        self._names = names
        types = [answer.content.media_type for answer in operation.answers if answer.content is not None]
        self.accept = ", ".join(dict.fromkeys([*types, PROBLEM_JSON]))

    def breach(self, response: WireResponse) -> str | None:
        """How an answer departs from the contract; None if it conforms."""
        offers = self._answers.for_status(response.status)
        if offers is None:
            return f"The contract does not document status {response.status}."
        return None if self.operation.method == "HEAD" else self._body_breach(offers, response)

    def _body_breach(self, offers: Offers, response: WireResponse) -> str | None:
        if (response.header("content-encoding") or "identity").lower() != "identity":
            return "The body is encoded, and was asked for as it is."
        if not offers:
            return "There is a body, and the contract documents none." if response.body else None
        media_type = essence(response.header("content-type") or "")
        offer = chosen(offers, media_type)
        if offer is None:
            return f"The media type is not {' or '.join(offers)}."
        media = offer.media or media_of(media_type) or Media.BINARY
        if media is Media.JSON:
            return self._json_breach(offer.check, response.body)
        return _text_breach(response.body) if media is Media.TEXT else None

    def _json_breach(self, check: SchemaCheck | None, body: bytes) -> str | None:
        try:
            value = from_json(body, allow_inf_nan=False)
        except ValueError:
            return "The body is not JSON."
        problems = islice(check.problems(value), _MOST_BREACHES) if check is not None else ()
        found = list(dict.fromkeys(f"{self._place(path)} {words}" for path, words in problems))
        return f"The contract's schema is broken: {'; '.join(found)}." if found else None

    def _place(self, path: list[str | int]) -> str:
        known = [token if isinstance(token, int) or token in self._names else "…" for token in path]
        return f"body#{pointer.of(known)}" if path else "body"

    def code(self, response: WireResponse) -> str:
        """The code of a failure, if it is a documented one; else what stands in for it."""
        told = text_of(read_problem(response.body), "code")
        documented = {failure.code for failure in self.operation.failures if failure.covers(response.status)}
        return told if told in documented else status_code(response.status)


def _text_breach(body: bytes) -> str | None:
    try:
        read_plain_body(Media.TEXT, body, "body")
    except UnusableValue as error:
        return f"The {error.errors[0]}."
    return None
