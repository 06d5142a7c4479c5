"""The JSON Schema of rollout.toml, for editors."""

from __future__ import annotations

from importlib.resources import files

SCHEMA_NAME = "rollout.schema.json"


def schema_text() -> str:
    """JSON Schema (draft 2020-12): everything that can be said of a value by itself.

    Order of stages, names that are there, and what the contract has to do with it, it cannot say: `switchover plan check` does.
    """
    return files("switchover.rollout.plan").joinpath(SCHEMA_NAME).read_text("utf-8")
