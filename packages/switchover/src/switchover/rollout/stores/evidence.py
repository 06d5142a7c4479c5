"""Figures beside an audit log as files of a folder: one for each event recorded without."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from switchover.disk import regular_file, replace_file
from switchover.rollout.record.evidence import Evidence, evidence_text, read_evidence

_log = logging.getLogger("switchover.rollout")

_LONGEST: Final = 64 * 1024 * 1024


class EvidenceFiles:
    """Figures by the version of their event.

    Args:
        folder: may be missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, version: int, digest: str, windows: Any, now: float) -> None:
        """Keep the figures of an event, durably.

        Raises OSError, and ValueError for what is not JSON.
        """
        written = evidence_text(version, digest, windows, now)
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_file(self._path(version), written.encode("ascii"))

    def find(self, version: int) -> Evidence | None:
        """Return the figures of an event.

        The audit log is readable without them: a warning says what is wrong with the file.
        """
        path = self._path(version)
        try:
            with regular_file(path) as file:
                return read_evidence(file.read(_LONGEST))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("%s cannot be read, so version %d is shown without figures: %s", path, version, error)
            return None

    def _path(self, version: int) -> Path:
        return self._folder / f"{version}.json"
