"""The form of a trip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from livetrip_contract import Trip, TripChange, TripDraft
from livetrip_web.forms.form import Form, FormRefused, UnreadableForm

FIELDS: Final = ("title", "start_date", "end_date", "description")
UNITS: Final = {"title": ("title",), "dates": ("start_date", "end_date"), "description": ("description",)}
"""Fields that two versions are compared and chosen by."""

_OF_ALIAS: Final = {"startDate": "start_date", "endDate": "end_date"}


def typed(form: Form) -> dict[str, str]:
    """What was typed, by field."""
    return {name: form.get(name, "") for name in FIELDS}


def shown(trip: Trip) -> dict[str, str]:
    """A trip as somebody would have typed it."""
    return {
        "title": trip.title,
        "description": trip.description,
        "start_date": trip.start_date.isoformat(),
        "end_date": trip.end_date.isoformat(),
    }


def canonical(fields: Mapping[str, str]) -> dict[str, object]:
    """Fields as values that are equal where they mean the same."""
    return dict(fields)


def draft(form: Form) -> TripDraft:
    """The trip that is to be planned.

    Raises:
        FormRefused: by field.
    """
    try:
        drafted = TripDraft.model_validate(typed(form))
    except ValidationError as error:
        raise FormRefused(_wrong(error)) from None
    if drafted.end_date < drafted.start_date:
        raise FormRefused({"end_date": "wrong.end_before_start"})
    return drafted


def change(form: Form) -> TripChange:
    """All of the trip as it is to be, on the version that the form was shown with.

    Raises:
        FormRefused: by field.
        UnreadableForm: the form names no version.
    """
    drafted = draft(form)
    return TripChange(version=version(form), **drafted.model_dump())


def version(form: Form) -> int:
    """The version that the form was shown with.

    Raises:
        UnreadableForm: it names none.
    """
    text = form.get("version", "")
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:11]) < 2**31:
        raise UnreadableForm
    return int(text[:11])


def _wrong(error: ValidationError) -> dict[str, str]:
    names = [str(item["loc"][0]) for item in error.errors(include_url=False, include_input=False)]
    fields = [_OF_ALIAS.get(name, name) for name in names]
    return {field: f"wrong.{field}" for field in fields}
