"""slo.toml as JSON Schema (draft 2020-12), for editors and for tools that write it. The parser stays the judge, and has the better messages."""

from __future__ import annotations

import json
from typing import Any, Final

from switchover.telemetry.objectives.timing import FASTEST_BURN
from switchover.telemetry.objectives.units import number

# Ranges of numbers in texts are spelt out: a schema cannot compute.
_PERCENTAGE: Final = r"^(?!0{1,3}(\.0{1,3})? ?%$)0?[0-9]{1,2}(\.[0-9]{1,3})? ?%$"
_AVAILABILITY: Final = r"^0?(93\.(05[6-9]|0[6-9][0-9]?|[1-9][0-9]{0,2})|9[4-9](\.[0-9]{1,3})?) ?%$"
_LATENCY: Final = r"^(([1-9][0-9]{0,4}|[12][0-9]{5}|300000)ms|([1-9][0-9]?|[12][0-9]{2}|300)s|[1-5]m)$"
_WINDOW: Final = (
    r"^(([1-9][0-9]{3,5}|[12][0-9]{6}|3[0-5][0-9]{5}|3600000)ms"
    r"|([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s|([1-9]|[1-5][0-9]|60)m|1h)$"
)
_NAME: Final = r"^( |[^\p{C}\p{Z}])+$"

_GOALS: Final[dict[str, Any]] = {
    "error_rate": {
        "description": "Of the calls of one window, fewer than this fail.",
        "type": "string", "pattern": _PERCENTAGE, "examples": ["1%"],
    },
    "p95": {
        "description": "Of the calls of one window, 95 % take no longer: 1ms to 5m.",
        "type": "string", "pattern": _LATENCY, "examples": ["300ms"],
    },
    "availability": {
        "description": "Of the calls of 30 days, at least this many do not fail."
        f" What is missing from 100 % can be spent {number(FASTEST_BURN)} times too fast.",
        "type": "string", "pattern": _AVAILABILITY, "examples": ["99.9%"],
    },
}  # fmt: skip

_LIMITS: Final[dict[str, Any]] = {
    "window": {
        "description": "Over which calls are judged: 1s to 1h.",
        "type": "string", "pattern": _WINDOW, "examples": ["5m"],
    },
    "minimum_calls": {
        "description": "Fewer calls in a window are not judged.",
        "type": "integer", "minimum": 1, "maximum": 1_000_000, "examples": [10],
    },
    "authentication_failure_rate": {
        "description": "Of those who come to the door within a window, fewer than this are turned away.",
        "type": "string", "pattern": _PERCENTAGE, "examples": ["5%"],
    },
    "surge": {
        "description": "So many times the usual share of failures is a surge.",
        "type": "integer", "minimum": 2, "maximum": 10, "examples": [4],
    },
}  # fmt: skip

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "slo.toml",
    "description": "What a service promises. What is left out has its default.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **_GOALS,
        **_LIMITS,
        "operations": {
            "description": "By operationId, what an operation promises for itself.",
            "type": "object",
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": _GOALS,
            },
        },
    },
}


def schema() -> str:
    """The schema as text, the same wherever it is written."""
    return json.dumps(SCHEMA, indent=2, ensure_ascii=False) + "\n"
