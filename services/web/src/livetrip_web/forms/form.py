"""A form as it was sent (URL Standard, section 5: application/x-www-form-urlencoded)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

MAX_BYTES: Final = 288 * 1024
"""Of a form: 10,000 characters of four bytes, percent-encoded, as typed and as shown, and the fields around them."""
MAX_FIELDS: Final = 64

# As `new_key` and the scripts make them. What else an idempotency key may have would be more than a value in a cookie.
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)

Form = Mapping[str, str]


class UnreadableForm(Exception):
    """What was sent is no form."""


class FormRefused(Exception):
    """Fields that cannot be taken. `wrong`: by field, the key of what would be right."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong


def read_form(content_type: str, body: bytes) -> Form:
    """The fields by name, line ends as Python has them; the first of several with one name counts.

    Raises:
        UnreadableForm: it is no form, or has too many fields.
    """
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise UnreadableForm
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
            strict_parsing=bool(body),
        )
    except ValueError as error:
        raise UnreadableForm from error
    form: dict[str, str] = {}
    for name, value in pairs:
        form.setdefault(name, value.replace("\r\n", "\n").replace("\r", "\n"))
    return form


def key_of(form: Form) -> str:
    """The idempotency key that the form was shown with.

    Raises:
        UnreadableForm: there is none; the page was not ours.
    """
    key = form.get("key", "")
    if not is_key(key):
        raise UnreadableForm
    return key


def draft_of(form: Form) -> str:
    """The name of the draft that the browser keeps of the form. It outlives the form's key, which changes when it is shown again.

    Raises:
        UnreadableForm: the form has neither; the page was not ours.
    """
    draft = form.get("draft", "")
    return draft if is_key(draft) else key_of(form)


def is_key(text: str) -> bool:
    """Whether a text could be an idempotency key of ours."""
    return _KEY.fullmatch(text) is not None
