"""The classes of `shared/cases/draft_cases.py`, where that folder lies beside the repository or above it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from switchover.contract.draft import draft


def cases() -> ModuleType:
    for folder in Path(__file__).resolve().parents:
        path = folder / "shared" / "cases" / "draft_cases.py"
        if path.is_file():
            spec = importlib.util.spec_from_file_location("draft_cases", path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    pytest.skip("there is no shared/cases above this repository")


def test_a_wrapped_method_documents_its_exception() -> None:
    assert [cls.__name__ for cls in draft(cases().Decorated).errors] == ["Gone"]


def test_a_code_of_the_exception_is_a_member_of_another_name() -> None:
    components = yaml.safe_load(draft(cases().WithCode).text)["components"]
    own = [
        option["allOf"][1]["properties"]
        for response in components["responses"].values()
        for whole in [response["content"]["application/problem+json"]["schema"]]
        for option in whole.get("oneOf", [whole])
        if option["allOf"][1]["properties"]["code"] == {"const": "rejected"}
    ]
    assert [sorted(properties) for properties in own] == [["code", "errorCode"]]


def test_a_static_method_is_drafted() -> None:
    assert draft(cases().StaticOnly).methods == ("get_item",)


def test_reading_an_inbox_that_marks_as_read_is_no_get() -> None:
    made = draft(cases().Inbox)
    methods = {
        operation["operationId"]: method
        for path in yaml.safe_load(made.text)["paths"].values()
        for method, operation in path.items()
    }
    assert methods == {"readInbox": "post", "unreadCount": "get"}
    assert any(note.startswith("read_inbox is POST") and "--safe read_inbox" in note for note in made.notes)


def test_a_function_of_the_module_is_drafted() -> None:
    assert "add_item" in draft(cases()).methods
