"""slo.toml: strictly read, everything that is wrong told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from switchover.errors import ObjectivesError
from switchover.telemetry.objectives.fields import (
    AVAILABILITY,
    COUNT,
    ERROR_RATE,
    FACTOR,
    LATENCY,
    WINDOW,
    Field,
    Findings,
    is_unknown,
    shown,
)
from switchover.telemetry.objectives.model import Objective, Objectives

_GOALS: Final[Mapping[str, Field]] = {"error_rate": ERROR_RATE, "p95": LATENCY, "availability": AVAILABILITY}
"""What may be set for all operations, and for one."""

_LIMITS: Final[Mapping[str, Field]] = {
    "window": WINDOW,
    "minimum_calls": COUNT,
    "authentication_failure_rate": ERROR_RATE,
    "surge": FACTOR,
}
"""What may be set for the service alone."""

_MOST_BYTES: Final = 1 << 16


def load(path: Path, operations: Collection[str] | None = None) -> Objectives:
    """The objectives of a file.

    Args:
        path: the file.
        operations: the operations there are; None if that is not known.

    Raises:
        ObjectivesError: it cannot be read or used; with everything that is wrong.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ObjectivesError(f"{path.name} cannot be read", [error.strerror or error]) from error
    return parse(data, path.name, operations)


def parse(data: bytes, name: str = "slo.toml", operations: Collection[str] | None = None) -> Objectives:
    """The objectives of the bytes of a file. An empty one means the defaults.

    Raises:
        ObjectivesError: they cannot be used; with everything that is wrong.
    """
    table = _table(data, name)
    findings: Findings = []
    defaults = Objectives()
    findings += is_unknown("", table, (*_GOALS, *_LIMITS, "operations"))
    default = replace(defaults.default, **_values("", table, _GOALS, findings))
    limits = _values("", table, _LIMITS, findings)
    own = dict(_operations(table.get("operations", {}), default, operations, findings))
    if findings:
        raise ObjectivesError(f"{name} cannot be used", findings)
    return replace(defaults, default=default, operations=own, **limits)


def _table(data: bytes, name: str) -> dict[str, Any]:
    if len(data) > _MOST_BYTES:
        raise ObjectivesError(
            f"{name} cannot be used", [f"it has {len(data)} bytes; objectives fit into {_MOST_BYTES}"]
        )
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ObjectivesError(f"{name} is no TOML", [f"byte {error.start} is no UTF-8"]) from error
    except RecursionError as error:
        raise ObjectivesError(f"{name} is no TOML that can be read", ["values are nested too deeply"]) from error
    except ValueError as error:  # tomllib.TOMLDecodeError, and int() on numbers of thousands of digits
        raise ObjectivesError(f"{name} is no TOML", [error]) from error


def _values(where: str, table: Mapping[str, Any], fields: Mapping[str, Field], findings: Findings) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, field in fields.items():
        if key in table:
            try:
                values[key] = field(table[key])
            except ValueError as error:
                findings.append(f"{where}{key}: {shown(table[key])} {error}")
    return values


def _operations(
    table: object, default: Objective, known: Collection[str] | None, findings: Findings
) -> Iterator[tuple[str, Objective]]:
    if not isinstance(table, dict):
        findings.append(
            f'operations: {shown(table)} is no table; write [operations.getTrip] and below it, say, p95 = "800ms"'
        )
        return
    if known is not None:
        findings += is_unknown("operations.", table, known, "an operation of the contract")
    for name, own in sorted(table.items()):
        where = f"operations.{shown(name) if not name.isidentifier() else name}"
        if not name.isprintable() or not name:
            findings.append(f"{where}: is no name of an operation; an operationId is printable text")
        elif not isinstance(own, dict):
            findings.append(f'{where}: {shown(own)} is no table; write [{where}] and below it, say, p95 = "800ms"')
        elif not own:
            findings.append(f"{where}: sets nothing; set one of {', '.join(_GOALS)}, or leave it out")
        else:
            findings += is_unknown(f"{where}.", own, tuple(_GOALS))
            yield name, replace(default, **_values(f"{where}.", own, _GOALS, findings))
