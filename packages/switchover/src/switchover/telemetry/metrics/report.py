"""What one worker tells the others, as the bytes of a file; and what is left of those that are gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from switchover.telemetry.metrics.totals import Gauges, Totals

T = TypeVar("T")

MOST_BYTES: Final = 8 * 2**20
"""A file of more is not one of ours."""

Token = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


@dataclass(frozen=True, slots=True)
class Report:
    """One worker's numbers, or those of several together."""

    totals: Totals
    gauges: Gauges
    layout: Literal[1] = 1

    def plus(self, other: Report) -> Report:
        """Both together."""
        return Report(self.totals.plus(other.totals), self.gauges.plus(other.gauges))


@dataclass(frozen=True, slots=True)
class Remainder:
    """What workers counted that are gone.

    Attributes:
        folded: those that are in it and may still have a file.
    """

    totals: Totals
    folded: tuple[Token, ...] = ()
    layout: Literal[1] = 1


_REPORTS: Final = TypeAdapter(Report)
_REMAINDERS: Final = TypeAdapter(Remainder)


def write_report(report: Report) -> bytes:
    """The bytes of a worker's file."""
    return _REPORTS.dump_json(report)


def write_remainder(remainder: Remainder) -> bytes:
    """The bytes of the remainder's file."""
    return _REMAINDERS.dump_json(remainder)


def read_report(data: bytes) -> Report:
    """A worker's file.

    Raises:
        ValueError: it is none; says where.
    """
    report = _read(_REPORTS, data)
    _check(report.totals)
    return report


def read_remainder(data: bytes) -> Remainder:
    """The remainder's file.

    Raises:
        ValueError: it is none; says where.
    """
    remainder = _read(_REMAINDERS, data)
    _check(remainder.totals)
    return remainder


def _read(adapter: TypeAdapter[T], data: bytes) -> T:
    try:
        return adapter.validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = "/".join(map(str, first["loc"]))
        raise ValueError(f"{where or 'the file'}: {first['msg']}") from None


def _check(totals: Totals) -> None:
    size = len(totals.bounds) + 1
    if sorted(set(totals.bounds)) != list(totals.bounds):
        raise ValueError("totals/bounds: they do not grow")
    for operation, wirings in totals.series.items():
        for wiring, series in wirings.items():
            if len(series.buckets) != size or len(series.examples) != size:
                raise ValueError(f"totals/series/{operation}/{wiring}: {size} buckets are needed")
