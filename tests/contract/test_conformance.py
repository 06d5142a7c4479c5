"""The service against its contract, judged by a tool that knows only the contract."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from support.processes import KEY, ROOT, Running, clean_environment
from switchover.trust import CALLER_HEADER, Identity, encode_identity


def test_the_contract_is_published_byte_for_byte(service_processes: Callable[[str], Running]) -> None:
    published = httpx.get(f"{service_processes('tcp').address}/api/openapi.yaml")
    assert published.content == (ROOT / "openapi" / "openapi.yaml").read_bytes()
    assert published.headers["content-type"] == "application/yaml"


def test_schemathesis_finds_nothing(service_processes: Callable[[str], Running], tmp_path: Path) -> None:
    service = service_processes("tcp")
    command = [
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()",
        "--config-file", str(ROOT / "tests" / "contract" / "schemathesis.toml"),
        "run", f"{service.address}/api/openapi.yaml",
        "--header", f"Authorization: Bearer {KEY}",
        "--header", f"{CALLER_HEADER}: {encode_identity(Identity('schemathesis'))}",
        "--checks", "all",
        "--max-examples", os.environ.get("SCHEMATHESIS_EXAMPLES", "40"),
        "--no-color",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=clean_environment(), timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"\d+ generated", done.stdout), done.stdout[-2000:]
    assert "Traceback" not in service.log.read_text("utf-8")
