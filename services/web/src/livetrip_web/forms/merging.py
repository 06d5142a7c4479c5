"""Two versions of one thing, and what both of them came from, as one (three-way merge, field by field)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from livetrip_web.forms.form import Form, UnreadableForm

BASE: Final = "base"
"""The field that carries what the form was shown with, so that a save knows which fields were changed."""

Units = Mapping[str, tuple[str, ...]]
"""Fields that only make sense together, by the name under which they are chosen."""

Canonical = Callable[[Mapping[str, str]], Mapping[str, object]]
"""The fields as values that are equal where they mean the same."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two versions as one.

    Attributes:
        fields: as changed on either side; where both sides changed them differently, as typed.
        conflicts: the units that both sides changed differently.
    """

    fields: dict[str, str]
    conflicts: tuple[str, ...]


def merge(
    units: Units,
    canonical: Canonical,
    base: Mapping[str, str] | None,
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
) -> Merge:
    """Put two versions together.

    Args:
        units: what is compared and chosen.
        canonical: how fields are compared.
        base: what both versions came from; None if that is unknown, so that every difference is a conflict.
        mine: as typed.
        theirs: as saved meanwhile.
    """
    typed, saved = canonical(mine), canonical(theirs)
    shown = None if base is None else canonical(base)
    fields, conflicts = dict(mine), []
    for unit, names in units.items():
        if _is_same(names, typed, saved):
            continue
        if shown is not None and _is_same(names, typed, shown):
            fields |= {name: theirs[name] for name in names}
        elif shown is None or not _is_same(names, saved, shown):
            conflicts.append(unit)
    return Merge(fields, tuple(conflicts))


def _is_same(names: tuple[str, ...], one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return all(one[name] == other[name] for name in names)


def base_text(units: Units, fields: Mapping[str, str]) -> str:
    """Fields as the text of the field `base`."""
    shown = {name: fields[name] for names in units.values() for name in names}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def base_of(form: Form, units: Units) -> dict[str, str] | None:
    """The fields that the form was shown with; None if it does not say so completely."""
    try:
        found = json.loads(form.get(BASE) or "null")
    except (ValueError, RecursionError):
        return None
    names = [name for unit in units.values() for name in unit]
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in names):
        return None
    return {name: found[name].replace("\r\n", "\n").replace("\r", "\n") for name in names}


def resolve(form: Form, units: Units) -> Form:
    """Apply what was picked on a page that showed two versions: `mine`, `theirs`, or `both` texts one after the other.

    Raises:
        UnreadableForm: something was picked, and the form does not carry the saved version.
    """
    if form.get("pick") != "each":
        return form
    saved, resolved = base_of(form, units), dict(form)
    if saved is None:
        raise UnreadableForm
    for unit, names in units.items():
        picked = form.get(f"pick_{unit}")
        if picked == "theirs":
            resolved |= {name: saved[name] for name in names}
        elif picked == "both":
            resolved |= {name: f"{saved[name]}\n\n{form.get(name, '')}" for name in names}
    return resolved
