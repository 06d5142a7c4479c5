"""JSON (RFC 8259) with lines: what `json.loads` reads, without duplicate keys and lone surrogates."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from switchover.contract import pointer as json_pointer
from switchover.contract.source.bounds import Lines, UnreadableText, integer, number

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_NUMBER: Final = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD: Final = re.compile(r"true|false|null")
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def read(text: str) -> tuple[Any, dict[str, int]]:
    """The value of a JSON text, and the line of every pointer.

    Raises:
        UnreadableText: it is not JSON, or has a key twice.
    """
    reader = _Reader(text)
    return reader.document(), reader.lines.by_pointer


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines = Lines()
        self._breaks = [found.start() for found in re.finditer("\n", text)]

    def document(self) -> Any:
        if not self.peek():
            raise self.refusal("is empty")
        value = self.value("", 0)
        if self.peek():
            raise self.refusal("goes on after its end")
        return value

    def value(self, pointer: str, depth: int) -> Any:
        first = self.peek()
        self.lines.enter(pointer, self.line, depth)
        match first:
            case "{":
                return dict(self.members(pointer, depth))
            case "[":
                return [self.value(f"{pointer}/{index}", depth + 1) for index in self.indexes()]
            case '"':
                return self.string(pointer)
        return self.scalar(pointer)

    def members(self, pointer: str, depth: int) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for _ in self.separated("{", "}"):
            if self.peek() != '"':
                raise self.refusal("cannot be read: a key in double quotes is expected")
            line = self.line
            key = self.string(pointer)
            below = json_pointer.join(pointer, key)
            if key in seen:
                raise UnreadableText(f"is there twice, first in line {self.lines.by_pointer[below]}", line, below)
            seen.add(key)
            self.expect(":")
            yield key, self.value(below, depth + 1)
            self.lines.by_pointer[below] = line

    def indexes(self) -> Iterator[int]:
        yield from self.separated("[", "]")

    def separated(self, start: str, end: str) -> Iterator[int]:
        """One step for each element between brackets, the commas taken care of."""
        self.expect(start)
        index = 0
        while self.peek() != end or index:
            yield index
            index += 1
            if self.peek() == end:
                break
            self.expect(",")
        self.expect(end)

    def string(self, pointer: str) -> str:
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise self.refusal(
                "cannot be read: a text in double quotes, on one line and with an end, is expected", pointer
            )
        try:
            value: str = json.loads(found[0])
        except ValueError as error:
            raise self.refusal("has an escape that JSON does not know", pointer) from error
        if _SURROGATE.search(value):
            raise self.refusal("has half of a surrogate pair, which is no character", pointer)
        self.at = found.end()
        return value

    def scalar(self, pointer: str) -> Any:
        line = self.line
        if found := _NUMBER.match(self.text, self.at):
            self.at = found.end()
            is_integer = found[2] is None and found[3] is None
            return integer(found[1], line, pointer) if is_integer else number(found[0], line, pointer)
        if found := _WORD.match(self.text, self.at):
            self.at = found.end()
            return _WORDS[found[0]]
        raise self.refusal("cannot be read: a JSON value is expected", pointer)

    def peek(self) -> str:
        """The next character that is not white space; "" at the end."""
        found = _SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return self.text[self.at : self.at + 1]

    def expect(self, wanted: str) -> None:
        if self.peek() != wanted:
            raise self.refusal(f"cannot be read: {wanted!r} is expected")
        self.at += 1

    def refusal(self, message: str, pointer: str = "") -> UnreadableText:
        return UnreadableText(message, self.line, pointer)

    @property
    def line(self) -> int:
        return self.line_of(self.at)

    def line_of(self, position: int) -> int:
        return bisect.bisect_left(self._breaks, position) + 1
