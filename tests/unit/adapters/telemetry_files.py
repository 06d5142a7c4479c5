"""Files that settings of telemetry name."""

from __future__ import annotations

from pathlib import Path

SECRET = "a-secret-that-must-not-show-anywhere"
KEYS = f'current = "k2"\n[keys]\nk1 = "{SECRET}"\nk2 = "{"n" * 43}"\n'


def written(folder: Path, text: str, name: str = "keys.toml") -> str:
    (folder / name).write_text(text, "utf-8")
    return str(folder / name)
