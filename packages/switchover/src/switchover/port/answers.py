"""Results as answers and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from switchover.contract import Answer, Media
from switchover.errors import InvalidField
from switchover.port.values import UnusableValue, ValueCodec


@dataclass(frozen=True, eq=False)
class AnswerCodec:
    """One documented success: how a result becomes its body, and the body a result again.

    Attributes:
        codec: for JSON; None for no body, text and bytes.
        fits: is a result meant for this answer? Asked only where there are several.
    """

    answer: Answer
    codec: ValueCodec | None
    fits: Callable[[Any], bool]

    @property
    def status(self) -> int:
        """The status that is sent."""
        return self.answer.status

    @property
    def media_type(self) -> str | None:
        """The media type of the body, or None if there is none."""
        return self.answer.content.media_type if self.answer.content else None

    def write(self, result: Any) -> bytes:
        """The body.

        Raises:
            UnusableValue: the result breaks the contract.
        """
        if self.codec is not None:
            data = self.codec.write(result)
            if not self.codec.is_proven and (errors := self.codec.breaks(data)):
                raise UnusableValue(errors)
            return data
        match self.answer.content.media if self.answer.content else None:
            case None if result is None:
                return b""
            case Media.TEXT if isinstance(result, str):
                return result.encode()
            case Media.BINARY if isinstance(result, bytes | bytearray | memoryview):
                return bytes(result)
        raise UnusableValue([InvalidField("answer", f"is a {type(result).__name__}, which this answer cannot carry")])

    def read(self, data: bytes) -> Any:
        """The result.

        Raises:
            NotJson, UnusableValue: the body breaks the contract.
        """
        if self.codec is not None:
            return self.codec.read(data)
        match self.answer.content.media if self.answer.content else None:
            case Media.TEXT:
                return _text(data)
            case Media.BINARY:
                return data
        return None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnusableValue([InvalidField("answer", "is not UTF-8")]) from error


class AnswerTable:
    """The documented successes of one operation."""

    __slots__ = ("_by_status", "_only", "codecs")

    def __init__(self, codecs: list[AnswerCodec]) -> None:
        self.codecs = tuple(codecs)
        self._only = codecs[0] if len(codecs) == 1 else None
        self._by_status = {codec.status: codec for codec in codecs if not codec.answer.is_range}

    def choose(self, result: Any) -> AnswerCodec:
        """The answer that a result is meant for.

        Raises:
            UnusableValue: none.
        """
        if self._only is not None:
            return self._only
        for codec in self.codecs:
            if codec.fits(result):
                return codec
        raise UnusableValue(
            [InvalidField("answer", f"is a {type(result).__name__}, which no documented answer carries")]
        )

    def for_status(self, status: int) -> AnswerCodec | None:
        """The documented answer for a status, or None."""
        found = self._by_status.get(status)
        if found is not None:
            return found
        return next((codec for codec in self.codecs if codec.answer.covers(status)), None)
