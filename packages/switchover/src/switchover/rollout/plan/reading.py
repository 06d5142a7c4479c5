"""rollout.toml: strictly read, everything that is wrong told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from switchover.errors import PlanError
from switchover.rollout.plan import fields
from switchover.rollout.plan.agreement import check
from switchover.rollout.plan.findings import Findings, PlanFinding
from switchover.rollout.plan.lines import Lines
from switchover.rollout.plan.lines import Path as Place
from switchover.rollout.plan.model import Cohort, RolloutPlan, Stage, Wave
from switchover.telemetry.objectives.fields import is_unknown, shown
from switchover.telemetry.objectives.units import Duration

if TYPE_CHECKING:
    from switchover.contract import Operation

_WAVE: Final[Mapping[str, fields.Field]] = {
    "name": fields.name,
    "operations": fields.some_texts,
    "stages": fields.stages,
    "bake": fields.bakes,
}
_COHORT: Final[Mapping[str, fields.Field]] = {
    "operations": fields.some_texts,
    "salt": fields.text,
    "together": fields.flag,
}
_OVERRIDES: Final[Mapping[str, fields.Field]] = {"users": fields.texts}
_DEFAULTS: Final[Mapping[str, fields.Field]] = {"stages": fields.stages, "bake": fields.bake}
_TABLES: Final = ("waves", "cohorts", "users", "overrides")

DEFAULT_STAGES: Final = ("1%", "10%", "50%", "100%")
DEFAULT_BAKE: Final = "10m"

_MOST_BYTES: Final = 1 << 20
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")


def load(path: Path, operations: Iterable[Operation] | None = None) -> RolloutPlan:
    """The plan of a file.

    Args:
        path: the file.
        operations: the operations there are; None if that is not known, and then nothing is held against them.

    Raises:
        PlanError: it cannot be read or used; with everything that is wrong.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PlanError(f"{path.name} cannot be read", [PlanFinding(0, "", error.strerror or str(error))]) from error
    return parse(data, path.name, operations)


def parse(data: bytes, name: str = "rollout.toml", operations: Iterable[Operation] | None = None) -> RolloutPlan:
    """The plan of the bytes of a file.

    Raises:
        PlanError: they cannot be used; with everything that is wrong.
    """
    text, table = _table(data, name)
    findings = Findings(Lines(text))
    plan = _Reader(table, findings).plan()
    if plan is not None:
        check(plan, None if operations is None else list(operations), findings)
    if plan is None or findings:
        raise PlanError(f"{name} cannot be used", sorted(findings))
    return plan


def _table(data: bytes, name: str) -> tuple[str, dict[str, Any]]:
    if len(data) > _MOST_BYTES:
        what = f"it has {len(data)} bytes; a plan fits into {_MOST_BYTES}"
        raise PlanError(f"{name} cannot be used", [PlanFinding(0, "", what)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        finding = PlanFinding(data.count(b"\n", 0, error.start) + 1, "", f"byte {error.start} is no UTF-8")
        raise PlanError(f"{name} is no TOML", [finding]) from error
    try:
        return text, tomllib.loads(text)
    except RecursionError as error:
        raise PlanError(
            f"{name} is no TOML that can be read", [PlanFinding(0, "", "values are nested too deeply")]
        ) from error
    except ValueError as error:  # tomllib.TOMLDecodeError, and int() on numbers of thousands of digits
        raise PlanError(f"{name} is no TOML", [PlanFinding(_line(str(error), text), "", str(error))]) from error


def _line(message: str, text: str) -> int:
    """The line that a message of tomllib is about; 0 if it does not say."""
    if "at end of document" in message:
        return max(1, len(text.splitlines()))
    at = _AT_LINE.search(message)
    return int(at[1]) if at else 0


class _Reader:
    """Reads the tables of one file. What cannot be read is a finding, and the rest is read all the same."""

    def __init__(self, table: Mapping[str, Any], findings: Findings) -> None:
        self._table, self._findings = table, findings
        self._default: dict[str, Any] = {}

    def plan(self) -> RolloutPlan | None:
        """The plan; None if a value of it could not be read, and then there are findings."""
        self._unknown((), "", self._table, (*_DEFAULTS, *_TABLES))
        self._default = {
            "stages": fields.stages(list(DEFAULT_STAGES)),
            "bake": Duration.parse(DEFAULT_BAKE),
            **self._values((), "", self._table, _DEFAULTS),
        }
        waves, cohorts = tuple(self._waves()), tuple(self._cohorts())
        users, overrides = dict(self._users()), self._overrides()
        return None if self._findings else RolloutPlan(waves=waves, cohorts=cohorts, users=users, overrides=overrides)

    def _waves(self) -> Iterator[Wave]:
        waves = self._table.get("waves", [])
        if not isinstance(waves, list) or not waves or not all(isinstance(wave, dict) for wave in waves):
            where = "what there is" if "waves" in self._table else "nothing"
            self._findings.add(
                ("waves",),
                "waves",
                f'there is no list of tables, but {where}; write [[waves]] and below it, say, name = "reads"',
            )
            return
        for number, wave in enumerate(waves):
            yield from self._wave(("waves", number), wave)

    def _wave(self, path: Place, table: Mapping[str, Any]) -> Iterator[Wave]:
        name = table.get("name")
        key = f"waves.{name}." if isinstance(name, str) and name.isprintable() and name else f"waves.{path[1]}."
        self._unknown(path, key, table, tuple(_WAVE))
        values = self._values(path, key, table, _WAVE)
        for needed in ("name", "operations"):
            if needed not in table:
                self._findings.add(path, f"{key}{needed}", f"is missing; {_EXAMPLES[needed]}")
        stages, bakes = values.get("stages", self._default["stages"]), values.get("bake", (self._default["bake"],))
        if len(bakes) not in (1, len(stages)):
            self._findings.add(
                (*path, "bake"),
                f"{key}bake",
                f"has {len(bakes)} durations for {len(stages)} stages; write one for all, or one for each",
            )
        elif "name" in values and "operations" in values:
            bakes = bakes if len(bakes) == len(stages) else bakes * len(stages)
            paired = tuple(Stage(share, bake) for share, bake in zip(stages, bakes, strict=True))
            yield Wave(name=values["name"], operations=values["operations"], stages=paired)

    def _cohorts(self) -> Iterator[Cohort]:
        for name, table in self._tables("cohorts", '[cohorts.trips] and below it, say, operations = ["getTrip"]'):
            path, key = ("cohorts", name), f"cohorts.{_part(name)}"
            self._values(("cohorts",), "cohorts.", {name: name}, {name: fields.name})
            if not isinstance(table, dict):
                self._findings.add(path, key, f"{shown(table)} is no table; write [{key}]")
                continue
            self._unknown(path, f"{key}.", table, tuple(_COHORT))
            values = self._values(path, f"{key}.", table, _COHORT)
            if "operations" not in table:
                self._findings.add(path, f"{key}.operations", f"is missing; {_EXAMPLES['operations']}")
            elif "operations" in values:
                yield Cohort(
                    name=name,
                    operations=values["operations"],
                    salt=values.get("salt", name),
                    is_together=values.get("together", False),
                )

    def _users(self) -> Iterator[tuple[str, Any]]:
        for name, value in self._tables("users", '[users] and below it, say, staff = "in"'):
            key = f"users.{_part(name)}"
            if not name:
                self._findings.add(
                    ("users", name), key, "is no name of a user group; a name has at least one character"
                )
            yield from (
                (name, standing)
                for standing in self._values(("users",), "users.", {name: value}, {name: fields.standing}).values()
            )

    def _overrides(self) -> frozenset[str]:
        table = dict(self._tables("overrides", '[overrides] and below it, say, users = ["staff"]'))
        self._unknown(("overrides",), "overrides.", table, tuple(_OVERRIDES))
        return frozenset(self._values(("overrides",), "overrides.", table, _OVERRIDES).get("users", ()))

    def _tables(self, name: str, example: str) -> Iterable[tuple[str, Any]]:
        table = self._table.get(name, {})
        if isinstance(table, dict):
            return table.items()
        self._findings.add((name,), name, f"{shown(table)} is no table; write {example}")
        return ()

    def _unknown(self, path: Place, key: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for name in table:
            for sentence in is_unknown("", {name: None}, known):
                self._findings.add((*path, name), f"{key}{_part(name)}", sentence.partition(": ")[2])

    def _values(
        self, path: Place, key: str, table: Mapping[str, Any], known: Mapping[str, fields.Field]
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, field in known.items():
            if name in table:
                try:
                    values[name] = field(table[name])
                except ValueError as error:
                    self._findings.add((*path, name), f"{key}{_part(name)}", f"{shown(table[name])} {error}")
        return values


_EXAMPLES: Final = {"name": 'write name = "reads"', "operations": 'write operations = ["getTrip", "listTrips"]'}


def _part(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else shown(name)
