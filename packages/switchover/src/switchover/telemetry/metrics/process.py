"""What a process costs: CPU time and memory, as prometheus-client means them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")


def cpu_nanoseconds() -> int:
    """User and system time of this process, all threads, since it began; a forked child begins anew."""
    return time.process_time_ns()


def resident_bytes(statm: Path = _STATM) -> int | None:
    """Resident memory of this process (proc(5), `statm`, second field, in pages); None where the system does not tell."""
    try:
        return int(statm.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
