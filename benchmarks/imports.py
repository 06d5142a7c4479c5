"""(4) What importing costs: CPU time and peak memory of a fresh interpreter."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable

from benchmarks.measure import Row, compare

# Peak memory by VmHWM, which starts anew with the program; ru_maxrss would count the process that started it.
_REPORT = """
import re, resource
usage = resource.getrusage(resource.RUSAGE_SELF)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
print((usage.ru_utime + usage.ru_stime) * 1e3, peak / 1024)
"""
_BASELINE = "import httpx, pydantic"
_MEASURED = {
    "import httpx, pydantic": _BASELINE,
    "import switchover": "import switchover",
    "its names used: Contract, Fidelity, HttpxTransport": "from switchover import Contract, Fidelity, HttpxTransport",
}


async def run(rounds: int) -> list[Row]:
    """Measure time, then memory."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as cache:
        for column, (what, unit) in enumerate((("CPU time", "ms"), ("peak memory", "MiB"))):
            measures = {name: _measure(statement, column, cache) for name, statement in _MEASURED.items()}
            rows += await compare(
                f"import, {what}", measures, unit=unit, rounds=rounds, bars={"import switchover": "<= 1.3"}
            )
    return rows


def _measure(statement: str, column: int, cache: str) -> Callable[[], Awaitable[float]]:
    # Everybody's modules are compiled once, wherever they are installed, so that loading them is what is measured.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = cache

    async def measure() -> float:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", f"{statement}\n{_REPORT}", stdout=asyncio.subprocess.PIPE, env=environment
        )
        output, _ = await process.communicate()
        return float(output.split()[column])

    return measure
