"""Tests that need a program from outside skip on a newcomer's machine, and fail where everything has to be there."""

from __future__ import annotations

import re

import pytest

from support.processes import ROOT
from support.programs import REQUIRED, require_program

NOWHERE = "a-program-that-nobody-has"


def test_a_program_that_is_there_is_found_under_any_of_its_names() -> None:
    assert require_program(NOWHERE, "sh").endswith("/sh")


def test_a_program_that_is_not_there_skips_the_test_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"{NOWHERE} is not installed"):
        require_program(NOWHERE)


def test_a_program_that_is_not_there_fails_the_test_where_all_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match=f"{NOWHERE} is not installed"):
        require_program(NOWHERE)


def test_what_has_to_hold_before_a_change_lands_requires_all() -> None:
    assert re.search(rf"^export {REQUIRED}=1$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
