"""promtool: Prometheus's own judgement of rules, expressions and configurations."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from support.programs import require_program

SECONDS = 60.0

Labels: TypeAlias = Mapping[str, str]


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


def play(
    folder: Path,
    rules: str,
    series: Mapping[str, str],
    *,
    firing: Iterable[tuple[str, str, Iterable[Labels]]] = (),
    saying: Iterable[tuple[str, str, Labels, Labels]] = (),
    giving: Iterable[tuple[str, str, float]] = (),
    evaluation: str = "30s",
) -> str:
    """Play series of one sample a minute through rules.

    Args:
        folder: where the files are written.
        rules: the text of the file.
        series: promtool's notation of their values, by series.
        firing: at a time, of an alert, the labels of everything that fires.
        saying: at a time, of an alert, the labels of the only one that fires, and its annotations.
        giving: at a time, of an expression without labels, its value.
        evaluation: time between two evaluations of the rules.
    """
    (folder / "rules.yml").write_text(rules, "utf-8")
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [*(_fired(*told) for told in firing), *(_gave(*told) for told in giving)],
        "alert_rule_test": [_said(*told) for told in saying],
    }
    document = {
        "rule_files": ["rules.yml"],
        # Without it the order is left to chance, and with long intervals a group then meets what another recorded the time before.
        "group_eval_order": [group["name"] for group in yaml.safe_load(rules)["groups"]],
        "evaluation_interval": evaluation,
        "tests": [test],
    }
    (folder / "play.yml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    return promtool("test", "rules", folder / "play.yml")


def _fired(time: str, alert: str, expected: Iterable[Labels]) -> dict[str, Any]:
    query = f'ALERTS{{alertname="{alert}",alertstate="firing"}}'
    samples = [
        {
            "labels": f"{query[:-1]},{','.join(f'{name}={json.dumps(value)}' for name, value in labels.items())}}}",
            "value": 1,
        }
        for labels in expected
    ]
    return {"expr": query, "eval_time": time, "exp_samples": samples}


def _gave(time: str, expression: str, value: float) -> dict[str, Any]:
    return {"expr": expression, "eval_time": time, "exp_samples": [{"labels": "{}", "value": value}]}


def _said(time: str, alert: str, labels: Labels, annotations: Labels) -> dict[str, Any]:
    fired = [{"exp_labels": dict(labels), "exp_annotations": dict(annotations)}]
    return {"eval_time": time, "alertname": alert, "exp_alerts": fired}
