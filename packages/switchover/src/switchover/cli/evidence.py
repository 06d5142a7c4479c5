"""The report of a rehearsal as files that are kept: JSON, and Markdown beside it."""

from __future__ import annotations

import json
import platform
import time
from importlib.metadata import version
from pathlib import Path

from switchover.cli.preparing import Prepared
from switchover.cli.settings import shown
from switchover.disk import replace_file
from switchover.rehearsal import Drill, RehearsalReport, Subject, markdown


def subject(prepared: Prepared, drill: Drill, *, rate: float, began: float, workers: tuple[str, ...]) -> Subject:
    """What was rehearsed, now that it has ended. `drill`: as it took place."""
    return Subject(
        began=began,
        ended=time.time(),
        who=prepared.who,
        why=drill.why,
        operations=drill.operations,
        stages=tuple(map(int, drill.stages)),
        rate=rate,
        hold=drill.hold,
        workers=workers,
        contract=prepared.document.name,
        contract_digest=prepared.document.digest,
        plan=prepared.plan_path.name,
        plan_digest=prepared.plan.digest,
        versions={
            "switchover": version("switchover"),
            "python": platform.python_version(),
            "system": platform.system(),
        },
        load=prepared.settings.rehearsal or "",
    )


def keep(report: RehearsalReport, path: Path, *, is_json: bool) -> None:
    """Write both files, and print the verdict. Raises OSError."""
    written, text = json.dumps(report.to_json(), indent=2, ensure_ascii=False) + "\n", markdown(report)
    replace_file(path, written.encode())
    replace_file(path.with_suffix(".md"), text.encode())
    print(
        written if is_json else f"\n{text}\nkept in {shown(path)} and {shown(path.with_suffix('.md'))}",
        end="" if is_json else "\n",
    )
