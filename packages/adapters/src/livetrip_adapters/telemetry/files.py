"""The files that say how LiveTrip tells of its calls.

# LIVETRIP_PSEUDONYM_KEYS_FILE. Secret; `livetrip key new` makes a key.
current = "2026-11"
[keys]
2026-05 = "…"
2026-11 = "…"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from livetrip_adapters.trust.files import read_text
from switchover.errors import ObjectivesError
from switchover.telemetry.objectives import Objectives, load

if TYPE_CHECKING:
    from switchover import Pseudonyms

EXTRA = "pip install 'livetrip-adapters[telemetry]'"


@dataclass(frozen=True, slots=True)
class PseudonymKeys:
    """What people are called with in logs.

    Attributes:
        keys: by key id.
        current: id of the key that new pseudonyms are made with.
    """

    keys: Mapping[str, str] = field(repr=False)
    current: str

    def pseudonyms(self) -> Pseudonyms:
        """The pseudonyms that they make.

        Raises:
            ValueError: they cannot be used. No key is repeated.
            ModuleNotFoundError: the extra `telemetry` is not installed.
        """
        from switchover import Pseudonyms  # noqa: PLC0415 - an extra, imported where it is used

        return Pseudonyms({key_id: key.encode() for key_id, key in self.keys.items()}, self.current)


def pseudonym_keys(path: str) -> PseudonymKeys:
    """The keys of a file, and which of them is current.

    Raises:
        ValueError: it cannot be read, or the keys cannot be used. None of it is repeated.
    """
    try:
        document = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError:
        # What the message would repeat is a secret.
        raise ValueError(f"{path} is no TOML") from None
    keys, current = document.get("keys"), document.get("current")
    if set(document) - {"keys", "current"} or not isinstance(keys, dict) or not isinstance(current, str):
        raise ValueError(f'{path} has to have current = "ID" and a table [keys], and nothing else')
    if not all(isinstance(key, str) for key in keys.values()):
        raise ValueError(f"{path}: every key in [keys] has to be a text; `livetrip key new` makes one")
    found = PseudonymKeys(keys, current)
    try:
        found.pseudonyms()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    except ModuleNotFoundError as error:
        raise ValueError(f"needs {error.name}, which is not installed here ({EXTRA})") from None
    return found


def objectives(path: str) -> Objectives:
    """What a `slo.toml` promises.

    Raises:
        ValueError: it cannot be read, or says what is no objective.
    """
    try:
        return load(Path(path))
    except ObjectivesError as error:
        raise ValueError(f"{error.headline.rstrip(':')}: {'; '.join(map(str, error.items))}") from None
