"""Programs that no Python package brings: tests that need one skip without it, unless everything is required to be there."""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRED = "SWITCHOVER_REQUIRE_TOOLS"


def require_program(*names: str) -> str:
    """The path of the first of these that is installed. Without one the test is skipped, and with SWITCHOVER_REQUIRE_TOOLS=1 it fails."""
    for name in names:
        if path := shutil.which(name):
            return path
    reason = f"{' or '.join(names)} is not installed"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{reason}, and {REQUIRED}=1 does not let a test be skipped")
    pytest.skip(reason)
