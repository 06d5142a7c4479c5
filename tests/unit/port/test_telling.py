"""Places in a call, as a report may tell them."""

from __future__ import annotations

import pytest

from switchover.port.plan import Plan
from switchover.port.telling import told
from unit.port.register import register
from unit.port.single import answer_plan, body_plan, json_body, plan_for

PHONES = {"type": "object", "additionalProperties": {"type": "string", "x-pii": True}}


def spread() -> Plan:
    """The members of a body as arguments."""
    body = {
        "type": "object",
        "required": ["phones", "note"],
        "properties": {"phones": PHONES, "note": {"type": "string"}},
    }
    return plan_for({"requestBody": json_body(body)}, {"phones": dict[str, str], "note": str})


@pytest.mark.parametrize(
    ("plan", "where", "path", "shown"),
    [
        (body_plan(PHONES, dict[str, str]), "arguments", "/value/aiko", "/value/…"),
        (body_plan(PHONES, dict[str, str]), "arguments", "/value", "/value"),
        (body_plan(PHONES, dict[str, str]), "arguments", "", ""),
        (spread(), "arguments", "/phones/aiko", "/phones/…"),
        (register().plans["keep_person"], "arguments", "/marks/aiko", "/marks/…"),
        (register().plans["keep_person"], "arguments", "/person/place/size", "/person/place/size"),
        (register().plans["keep_person"], "arguments", "/tags/0", "/tags/0"),
        (answer_plan(PHONES, dict[str, str]), "answer", "/aiko", "/…"),
        (register().plans["keep_person"], "answer", "/secret/aiko/mother", "/secret/…/…"),
        (plan_for({}, {}), "answer", "/aiko", "/aiko"),
        (answer_plan(PHONES, dict[str, str]), "caller", "/groups", "/groups"),
        (register().plans["keep_person"], "error", "/members/holder/aiko/0", "/members/holder/…/0"),
        (register().plans["keep_person"], "error", "/args/0", "/args/0"),
        (answer_plan(PHONES, dict[str, str]), "error", "/members/holder/aiko", "/members/holder/aiko"),
    ],
)
def test_names_that_are_personal_are_hidden(plan: Plan, where: str, path: str, shown: str) -> None:
    assert told(plan, where, path) == shown
