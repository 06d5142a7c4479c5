"""A form with one file in it, read as it comes (RFC 7578)."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Any, Final

from multipart import (  # type: ignore[import-untyped]  # it has annotations, and does not say so
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from livetrip_web.forms.form import MAX_BYTES, MAX_FIELDS, Form, UnreadableForm
from livetrip_web.forms.spool import Spool

MAX_FIELD_BYTES: Final = 1024
"""Of a field that is no file: tokens, identifiers and choices."""


class TooLarge(Exception):
    """The file is larger than it may be."""


async def read_with_file(
    content_type: str, body: AsyncIterable[bytes], file: Spool, check: Callable[[Form], None], *, most: int
) -> Form:
    """The fields of a form; its file goes into a spool.

    Args:
        content_type: as it was sent.
        body: in chunks of any size.
        file: takes what the form's file has in it; stays empty if none was chosen.
        check: is given the fields that came before the file, and raises what is wrong with them before any of it is taken.
        most: bytes that the file may have.

    Raises:
        UnreadableForm: it is no such form, or has more than one file or too many fields.
        TooLarge: the file is, or everything around it.
    """
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise UnreadableForm
    reader, left = _Reader(file, check, most), most + MAX_BYTES
    try:
        with PushMultipartParser(options["boundary"], max_segment_count=MAX_FIELDS) as parser:
            async for chunk in body:
                left -= len(chunk)
                if left < 0:
                    raise TooLarge
                for event in parser.parse(chunk) if chunk else ():
                    await reader.take(event)
    except MultipartError as error:
        raise UnreadableForm from error
    return reader.form


class _Reader:
    """Puts together what the parser takes apart. `form`: the fields that are complete; of several with one name the first."""

    def __init__(self, file: Spool, check: Callable[[Form], None], most: int) -> None:
        self.form: dict[str, str] = {}
        self._file, self._check, self._most = file, check, most
        self._name = ""
        self._value = bytearray()
        self._is_file = self._had_file = False

    async def take(self, event: Any) -> None:
        """A part begins, goes on with some bytes, or ends (None)."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif self._is_file:
            await self._add_to_file(event)
        else:
            self._value += event
            if len(self._value) > MAX_FIELD_BYTES:
                raise UnreadableForm

    def _begin(self, part: MultipartSegment) -> None:
        if part.disposition != "form-data" or not part.name:
            raise UnreadableForm
        self._name, self._value, self._is_file = part.name, bytearray(), part.filename is not None
        if not self._is_file:
            return
        if self._had_file:
            raise UnreadableForm
        self._check(self.form)
        self._had_file = True

    def _end(self) -> None:
        if self._is_file:
            return
        try:
            self.form.setdefault(self._name, self._value.decode())
        except UnicodeDecodeError as error:
            raise UnreadableForm from error

    async def _add_to_file(self, content: bytes) -> None:
        if self._file.size + len(content) > self._most:
            raise TooLarge
        await self._file.add(content)
