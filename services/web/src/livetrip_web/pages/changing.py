"""Changes to what somebody else may have changed meanwhile: both are put together, and only what contradicts is asked about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from livetrip_contract import VersionConflict
from livetrip_web.forms.form import Form
from livetrip_web.forms.merging import BASE, Canonical, Merge, Units, base_of, base_text, merge
from livetrip_web.forms.trip import version
from switchover import calling

ATTEMPTS: Final = 3
"""How often a change is put together with another one that was faster, before the form is shown again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is changed by a form.

    Attributes:
        units, canonical: how two versions are compared.
        typed: the fields of a form.
        shown: the fields of what is saved.
    """

    units: Units
    canonical: Canonical
    typed: Callable[[Form], dict[str, str]]
    shown: Callable[[Any], dict[str, str]]


class Contradiction(Exception):
    """Both sides changed the same field.

    Attributes:
        version: that is saved by now.
        theirs: its fields.
        merged: both versions, as far as they can be put together.
    """

    def __init__(self, version: int, theirs: dict[str, str], merged: Merge) -> None:
        super().__init__(", ".join(merged.conflicts))
        self.version, self.theirs, self.merged = version, theirs, merged


async def save(
    kind: Kind, form: Form, key: str, write: Callable[[Form], Awaitable[object]], read: Callable[[], Awaitable[Any]]
) -> bool:
    """Save a change, together with what was saved since its form was shown.

    Args:
        kind: of what is changed.
        form: as it was sent.
        key: its idempotency key.
        write: saves the fields of a form on the version that it names; raises VersionConflict.
        read: what is saved by now.

    Returns:
        Whether there was something to put together.

    Raises:
        Contradiction: both sides changed the same, or others were faster each time.
    """
    for attempt in range(ATTEMPTS):
        try:
            with calling(idempotency_key=key):
                await write(form)
            return attempt > 0
        except VersionConflict:
            current = await read()
        theirs = kind.shown(current)
        merged = compare(kind, form, theirs)
        if merged.conflicts:
            break
        if kind.canonical(merged.fields) == kind.canonical(theirs):
            return True
        form = {**form, **merged.fields, "version": str(current.version), BASE: base_text(kind.units, theirs)}
        key = f"{key}.{current.version}"
    raise Contradiction(current.version, theirs, merged)


def asked_before(kind: Kind, form: Form) -> Contradiction | None:
    """What a page asked about that has sent its form without an answer, to be shown in another language."""
    theirs = base_of(form, kind.units)
    if "asked" not in form or theirs is None:
        return None
    asked = form["asked"].split()
    merged = Merge({**theirs, **kind.typed(form)}, tuple(unit for unit in kind.units if unit in asked))
    return Contradiction(version(form), theirs, merged)


def compare(kind: Kind, form: Form, theirs: dict[str, str]) -> Merge:
    """A form and what is saved by now, put together. Fields that are only shown, such as the mood before, are theirs."""
    mine = {**theirs, **{name: value for name, value in kind.typed(form).items() if name in _names(kind.units)}}
    return merge(kind.units, kind.canonical, base_of(form, kind.units), mine, theirs)


def _names(units: Units) -> set[str]:
    return {name for names in units.values() for name in names}
