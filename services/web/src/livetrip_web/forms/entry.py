"""The form of an entry: every field as text, and the entry that it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from livetrip_contract import Entry, EntryChange, EntryDraft
from livetrip_web.forms.form import Form, FormRefused
from livetrip_web.forms.trip import version
from livetrip_web.forms.zone import moment, read_zone

FIELDS: Final = ("text", "happened", "offset", "mood", "place", "latitude", "longitude", "tags")

UNITS: Final = {
    "text": ("text",),
    "happened": ("happened", "offset"),
    "mood": ("mood",),
    "place": ("place", "latitude", "longitude"),
    "tags": ("tags",),
}
"""Fields that two versions are compared and chosen by: half a moment or half a place is nobody's."""

MOOD_SHOWN: Final = "mood_shown"
"""The mood that an entry's form was shown with."""

_LOCAL: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)
_TAGS: Final = re.compile(r"[\s,、，]+")


def typed(form: Form) -> dict[str, str]:
    """What was typed, by field, and the mood that the form was shown with."""
    return {**{name: form.get(name, "") for name in FIELDS}, **_mood_shown(form)}


def _mood_shown(form: Form) -> dict[str, str]:
    return {MOOD_SHOWN: form[MOOD_SHOWN]} if MOOD_SHOWN in form else {}


def shown(entry: Entry) -> dict[str, str]:
    """An entry as somebody would have typed it."""
    coordinates = entry.place.coordinates if entry.place else None
    return {
        "text": entry.text,
        "happened": _local(entry.happened_at),
        "offset": _minutes(entry.happened_at),
        "mood": entry.mood.value if entry.mood else "",
        "place": entry.place.name if entry.place else "",
        "latitude": repr(coordinates.latitude) if coordinates else "",
        "longitude": repr(coordinates.longitude) if coordinates else "",
        "tags": ", ".join(entry.tags),
        MOOD_SHOWN: entry.mood.value if entry.mood else "",
    }


def canonical(fields: Mapping[str, str]) -> dict[str, object]:
    """Fields as values that are equal where they mean the same: browsers shorten times, zones have offsets, tags are a list."""
    happened, (moment_typed, _) = fields["happened"], _happened(fields)
    return {
        **{name: fields[name].strip() for name in FIELDS},
        "text": fields["text"],
        "offset": fields["offset"] if moment_typed is None else _minutes(moment_typed),
        "happened": datetime.fromisoformat(happened) if _LOCAL.fullmatch(happened) else happened,
        "tags": _tags(fields["tags"]),
    }


def empty(day: str, offset: int) -> dict[str, str]:
    """A form that nothing has been typed into, for a local time and an offset in minutes."""
    return {**dict.fromkeys(FIELDS, ""), "happened": day, "offset": str(offset)}


def draft(form: Form) -> EntryDraft:
    """The entry that is to be written.

    Raises:
        FormRefused: by field.
    """
    fields = typed(form)
    happened, wrong = _happened(fields)
    place, wrong_place = _place(fields)
    wrong |= wrong_place
    value = {
        "text": fields["text"],
        "happened_at": happened,
        "mood": fields["mood"] or None,
        "place": place,
        "tags": _tags(fields["tags"]),
    }
    try:
        drafted = EntryDraft.model_validate(value)
    except ValidationError as error:
        raise FormRefused({**_wrong(error), **wrong}) from None
    if wrong:
        raise FormRefused(wrong)
    return drafted


def change(form: Form) -> EntryChange:
    """All of the entry as it is to be, on the version that the form was shown with.

    A mood that stays as it was shown is left out: a newer version may have written one that is shown as none here.

    Raises:
        FormRefused: by field.
        UnreadableForm: the form names no version.
    """
    drafted = draft(form)
    given = dict(drafted)
    if form.get(MOOD_SHOWN) == form.get("mood", ""):
        del given["mood"]
    return EntryChange(version=version(form), **given)


def _happened(fields: Mapping[str, str]) -> tuple[datetime | None, dict[str, str]]:
    zone = read_zone(fields["offset"])
    if zone is None:
        return None, {"offset": "wrong.offset"}
    try:
        if not _LOCAL.fullmatch(fields["happened"]):
            raise ValueError
        return moment(datetime.fromisoformat(fields["happened"]), zone), {}
    except (ValueError, OverflowError):
        return None, {"happened": "wrong.happened"}


def _tags(text: str) -> list[str]:
    return list(dict.fromkeys(tag for tag in _TAGS.split(text) if tag))


def _place(fields: dict[str, str]) -> tuple[dict[str, Any] | None, dict[str, str]]:
    name = fields["place"].strip(" ")
    latitude, longitude = fields["latitude"].strip(), fields["longitude"].strip()
    wrong = {
        field: f"wrong.{field}"
        for field, value, most in (("latitude", latitude, 90.0), ("longitude", longitude, 180.0))
        if not _is_degrees(value, most, may_be_empty=not (latitude or longitude))
    }
    if (latitude or longitude) and not name:
        wrong["place"] = "wrong.place_unnamed"
    if wrong or not name:
        return None, wrong
    where = {"latitude": float(latitude), "longitude": float(longitude)} if latitude else None
    return {"name": name, "coordinates": where}, {}


def _is_degrees(text: str, most: float, *, may_be_empty: bool) -> bool:
    if not text:
        return may_be_empty
    return bool(re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,20})?", text, re.ASCII)) and abs(float(text)) <= most


def _minutes(when: datetime) -> str:
    away = when.utcoffset() or timedelta()
    return str(int(away.total_seconds() // 60))


def _local(when: datetime) -> str:
    local = when.replace(tzinfo=None)
    return local.isoformat(timespec="minutes" if not (local.second or local.microsecond) else "auto")


def _wrong(error: ValidationError) -> dict[str, str]:
    of_alias = {"happenedAt": "happened", "happened_at": "happened"}
    names = [str(item["loc"][0]) for item in error.errors(include_url=False, include_input=False)]
    return {(field := of_alias.get(name, name)): f"wrong.{field}" for name in names}
