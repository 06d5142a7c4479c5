"""Results as answers and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from switchover.contract import Answer, Media
from switchover.errors import InvalidField
from switchover.port.plainbody import read_plain_body, write_plain_body
from switchover.port.tolerance import STRICT, AnswerReading
from switchover.port.values import UnusableValue, ValueCodec


@dataclass(frozen=True, eq=False)
class AnswerCodec:
    """One documented success: how a result becomes its body, and the body a result again.

    Attributes:
        status: that is sent.
        media_type: of the body, or None if there is none.
        codec: for JSON; None for no body, text and bytes.
        fits: is a result meant for this answer? Asked only where there are several, or a backend says its status.
    """

    answer: Answer
    status: int
    media: Media | None
    media_type: str | None
    codec: ValueCodec | None
    fits: Callable[[Any], bool]

    @classmethod
    def of(cls, answer: Answer, codec: ValueCodec | None, fits: Callable[[Any], bool]) -> AnswerCodec:
        """The codec of a documented answer."""
        content = answer.content
        media, media_type = (content.media, content.media_type) if content is not None else (None, None)
        return cls(answer, answer.status, media, media_type, codec, fits)

    def write(self, result: Any) -> bytes:
        """The body.

        Raises:
            UnusableValue: the result breaks the contract.
        """
        if self.codec is not None:
            return self.codec.write_valid(result)
        if self.media is not None:
            return write_plain_body(self.media, result, "answer")
        if result is not None:
            what = f"is a {type(result).__name__}, and this answer has no body"
            raise UnusableValue([InvalidField("answer", what)])
        return b""

    def read(self, data: bytes, reading: AnswerReading = STRICT) -> Any:
        """Return the result.

        Raises:
            NotJson, UnusableValue: the body breaks the contract.
            UnknownValues: nothing is wrong with it but values that the contract does not list.
        """
        if self.codec is not None:
            return self.codec.read(data, reading)
        return read_plain_body(self.media, data, "answer") if self.media is not None else None


class AnswerTable:
    """The documented successes of one operation."""

    __slots__ = ("_by_status", "_only", "codecs")

    def __init__(self, codecs: list[AnswerCodec]) -> None:
        self.codecs = tuple(codecs)
        self._only = codecs[0] if len(codecs) == 1 else None
        self._by_status = {codec.status: codec for codec in codecs if not codec.answer.is_range}

    @property
    def is_choice(self) -> bool:
        """Whether a backend may answer with one of several statuses."""
        return len(self.codecs) > 1 or any(codec.answer.is_range for codec in self.codecs)

    def choose(self, result: Any, status: int | None = None) -> AnswerCodec:
        """The answer that a result is meant for: that of the status that the backend said, if it said one.

        Raises:
            UnusableValue: none.
        """
        if status is not None:
            return self._said(result, status)
        if self._only is not None:
            return self._only
        for codec in self.codecs:
            if codec.fits(result):
                return codec
        raise UnusableValue(
            [InvalidField("answer", f"is a {type(result).__name__}, which no documented answer carries")]
        )

    def _said(self, result: Any, status: int) -> AnswerCodec:
        codec = self.for_status(status)
        if codec is None:
            raise UnusableValue([InvalidField("answer", f"has the status {status}, which is no documented success")])
        if self._only is None and not codec.fits(result):
            what = f"is a {type(result).__name__}, which the documented answer {status} does not carry"
            raise UnusableValue([InvalidField("answer", what)])
        return codec

    def for_status(self, status: int) -> AnswerCodec | None:
        """The documented answer for a status, or None."""
        found = self._by_status.get(status)
        if found is not None:
            return found
        return next((codec for codec in self.codecs if codec.answer.covers(status)), None)
