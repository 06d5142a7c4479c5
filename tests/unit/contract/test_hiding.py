"""Generated models show nothing personal: not in their `repr`, and not in what is said about input that they do not take."""

from __future__ import annotations

import json
import sys
import types
from typing import Any

import pytest
from pydantic import ValidationError

from livetrip_contract import Entry, TripDraft
from support.canaries import Aviary
from switchover.contract.generate import Target, generate
from switchover.contract.generate.hiding import with_hidden_fields
from unit.contract.test_generate import ref, returning

TEXT = {"type": "string", "x-pii": True}


def module(schemas: dict[str, Any]) -> types.ModuleType:
    """The models of these schemas; S uses them all."""
    text = generate(returning(ref("S"), schemas), Target("Port"))["models.py"].decode()
    made = types.ModuleType("hiding_models")
    sys.modules[made.__name__] = made
    exec(text, made.__dict__)
    return made


def test_personal_fields_are_not_shown_and_others_are() -> None:
    schemas = {
        "S": {
            "type": "object",
            "required": ["a", "bigOne", "names", "phones", "pair", "inner", "free"],
            "properties": {
                "a": ref("Name"),
                "bigOne": {"type": "integer", "minimum": 1, "x-pii": True},
                "names": {"type": "array", "items": TEXT},
                "phones": {"type": "object", "additionalProperties": TEXT},
                "pair": {"type": "array", "items": {"type": "array", "items": TEXT}},
                "inner": ref("Inner"),
                "free": {"type": "string"},
            },
        },
        "Name": TEXT,
        "Inner": {"type": "object", "required": ["b", "c"], "properties": {"b": TEXT, "c": {"type": "integer"}}},
    }
    value = {
        "a": "x",
        "bigOne": 777,
        "names": ["x"],
        "phones": {"x": "x"},
        "pair": [["x"]],
        "inner": {"b": "x", "c": 5},
        "free": "y",
    }
    made = module(schemas).S.model_validate(value)
    assert repr(made) == "S(inner=Inner(c=5), free='y')"
    assert made.model_dump(mode="json", by_alias=True) == value


def test_of_a_whole_schema_that_is_personal_no_field_is_shown() -> None:
    schemas = {"S": {"type": "object", "x-pii": True, "required": ["a"], "properties": {"a": {"type": "integer"}}}}
    assert repr(module(schemas).S(a=777)) == "S()"


def test_models_without_anything_personal_are_left_as_they_are() -> None:
    text = "class S(BaseModel):\n    a: int\n"
    schemas: dict[str, Any] = {"S": {"properties": {"a": {}}}}
    assert with_hidden_fields(text, json.dumps({"components": {"schemas": schemas}})) == text


def test_livetrip_shows_no_canary() -> None:
    aviary = Aviary(7)
    draft = TripDraft(title=aviary.text(), description=aviary.text(), start_date="2026-01-01", end_date="2026-01-02")
    with pytest.raises(ValidationError) as refused:
        Entry.model_validate({"text": [aviary.text()], "place": {"name": aviary.number()}, "tags": [aviary.number()]})
    assert aviary.seen_in(repr(draft) + str(draft) + str(refused.value) + repr(refused.value)) == []
