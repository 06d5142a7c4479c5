"""`make bench`: every benchmark, a table of ratios, and the figures as JSON in benchmarks/results/ (which git ignores)."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    clients,
    contracts,
    direct_calls,
    imports,
    in_process,
    metrics,
    observed,
    over_http,
    photos,
    route_calls,
    signatures,
    sql_comments,
    telemetry,
    tokens,
    windows,
)
from benchmarks.measure import Row, table

_RUNS: dict[str, tuple[Callable[[int], Awaitable[list[Row]]], int]] = {
    "direct": (direct_calls.run, 15),
    "route": (route_calls.run, 11),
    "clients": (clients.run, 9),
    "in-process": (in_process.run, 9),
    "signatures": (signatures.run, 9),
    "over-http": (over_http.run, 5),
    "imports": (imports.run, 11),
    "contracts": (contracts.run, 3),
    "tokens": (tokens.run, 11),
    "metrics": (metrics.run, 11),
    "telemetry": (telemetry.run, 11),
    "observed": (observed.run, 11),
    "sql-comments": (sql_comments.run, 9),
    "windows": (windows.run, 9),
    "photos": (photos.run, 5),
}
_RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Run what is asked for; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Ratios against peers, side by side in one run."
    )
    parser.add_argument("only", nargs="*", choices=[[], *_RUNS], help=f"run only these: {', '.join(_RUNS)}")
    parser.add_argument("--rounds", type=int, help="rounds of each (default: each its own)")
    options = parser.parse_args()
    rows: list[Row] = []
    for name in options.only or _RUNS:
        run, rounds = _RUNS[name]
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows += asyncio.run(_awaited(run(options.rounds or rounds)))
    if "over-http" in (options.only or _RUNS) and shutil.which("wrk") is None:
        print("requests per second were left out: wrk is not installed", file=sys.stderr)
    print(f"CPython {platform.python_version()}, {platform.system()} {platform.machine()}\n{table(rows)}")
    _keep(rows)
    return 0


async def _awaited(run: Awaitable[list[Row]]) -> list[Row]:
    return await run


def _keep(rows: list[Row]) -> None:
    _RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = _RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"at": now.isoformat(), "rows": [asdict(row) for row in rows]}, indent=1), "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
