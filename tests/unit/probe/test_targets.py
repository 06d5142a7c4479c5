"""Which operations of a contract can be asked from outside, and where they are."""

from __future__ import annotations

import pytest

from switchover.probe import ProbeTarget, require_distinct, targets
from unit.contract.documents import HEAD, load
from unit.probe.contracts import TEXT, document

BASES = ["https://diary.example", "http://127.0.0.1:8000/x"]


def named(*operations: str, has_token: bool = False) -> list[str]:
    return [target.url for target in targets(document(), BASES[:1], operations, has_token=has_token)]


def test_health_is_asked_unless_something_else_is_named() -> None:
    assert [target.url for target in targets(document(), BASES)] == [
        "https://diary.example/api/health",
        "http://127.0.0.1:8000/x/api/health",
    ]


def test_operations_are_named_in_any_case_style() -> None:
    assert named("get_text", "getHealth") == ["https://diary.example/api/text", "https://diary.example/api/health"]
    (head,) = targets(document(), BASES[:1], ["head-nothing"])
    assert (head.method, head.url) == ("HEAD", "https://diary.example/api/nothing")


def test_without_health_all_that_is_safe_open_and_without_parameters_is_asked() -> None:
    found = targets(load(TEXT.replace("getHealth", "getPulse")), BASES[:1])
    assert [target.expectation.operation.id for target in found if target.expectation is not None] == [
        "getPulse",
        "getText",
        "getNothing",
        "headNothing",
    ]


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("addNote", r"addNote \(POST /notes\) cannot be probed: it changes something"),
        ("getNote", r"getNote \(GET /notes/\{id\}\) cannot be probed: it needs path.id"),
        ("getSession", r"getSession \(GET /session\) cannot be probed: it asks for credentials; .* --token-env"),
        ("getNotes", "no operation 'getNotes'; those that can be probed: getHealth, getText, getNothing, headNothing"),
    ],
)
def test_what_cannot_be_probed_is_told_with_the_reason(operation: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        named(operation)


def test_with_a_token_what_asks_for_credentials_can_be_probed() -> None:
    assert named("getSession", has_token=True) == ["https://diary.example/api/session"]


def test_an_operation_that_a_port_would_refuse_is_told_with_its_place() -> None:
    broken = load(HEAD + "paths: {/x: {get: {operationId: getX, responses: {'404': {description: .}}}}}")
    with pytest.raises(ValueError, match=r"getX .* cannot be probed: openapi.yaml:3 .*documents no success"):
        targets(broken, BASES, ["getX"])
    with pytest.raises(ValueError, match=r"openapi.yaml has no operation that can be probed: safe, open"):
        targets(broken, BASES)
    with pytest.raises(ValueError, match="those that can be probed: none"):
        targets(broken, BASES, ["getY"])


def test_a_base_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="has no query"):
        targets(document(), ["http://diary.example/?a=b"])


def test_a_full_url_is_asked_as_it_is() -> None:
    target = ProbeTarget.at("https://diary.example/x?key=hunter2")
    assert (target.method, target.url, target.address.target) == ("GET", "https://diary.example/x", "/x?key=hunter2")
    assert "hunter2" not in repr(target)


def test_targets_that_are_shown_alike_are_refused() -> None:
    require_distinct(targets(document(), BASES, ["getHealth", "getText"]))
    with pytest.raises(ValueError, match=r"https://diary\.example/x is there twice") as refused:
        require_distinct([ProbeTarget.at(f"https://diary.example/x?key=hunter{number}") for number in (1, 2)])
    assert "hunter" not in str(refused.value)
