"""What keeps a process from starting."""

from __future__ import annotations


class SettingsError(Exception):
    """The environment cannot be used; the message names every variable that is wrong, and never a secret."""
