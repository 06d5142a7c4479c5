"""Folders that are made for whoever has not made them."""

from __future__ import annotations

from pathlib import Path

from livetrip_adapters.errors import SettingsError


def make_folder(folder: Path, variable: str) -> None:
    """Have a folder be there, with all above it.

    Raises:
        SettingsError: it cannot be made; it names the variable that says where.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{variable}: the folder {folder.absolute()} cannot be made: {error.strerror}") from error
