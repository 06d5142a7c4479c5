"""promtool: Prometheus's own judgement of rules, expressions and configurations."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from support.programs import require_program

SECONDS = 60.0


def promtool(*arguments: str | Path) -> str:
    """Run it to its end; what it says. An AssertionError says why it is not content."""
    program = require_program("promtool")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check_rules(folder: Path, text: str) -> str:
    """Have a file of rules checked."""
    path = folder / "rules.yml"
    path.write_text(text, "utf-8")
    return promtool("check", "rules", path)


def check_expressions(folder: Path, expressions: Iterable[str]) -> str:
    """Have PromQL parsed."""
    rules = [{"record": f"expression:{number}", "expr": text} for number, text in enumerate(expressions)]
    return check_rules(folder, yaml.safe_dump({"groups": [{"name": "expressions", "rules": rules}]}))


def play(folder: Path, rules: str, *, interval: str, series: dict[str, str], expected: list[dict[str, Any]]) -> str:
    """Play series through rules, and hold the alerts against those expected (`eval_time`, `alertname`, `exp_alerts`)."""
    (folder / "rules.yml").write_text(rules, "utf-8")
    test = {
        "interval": interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": expected,
    }
    document = {"rule_files": ["rules.yml"], "evaluation_interval": interval, "tests": [test]}
    (folder / "play.yml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    return promtool("test", "rules", folder / "play.yml")
