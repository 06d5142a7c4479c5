"""A service of another version lacks an operation: it is answered here where that is safe, and the caller learns which it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from litestar import Litestar

from support.clock import OwnedClock
from switchover import AsgiTransport, Contract, Reporter
from switchover.errors import MethodNotAllowed, NotFound, OperationMissing, UnexpectedAnswer
from switchover.port.wire import WireResponse
from switchover.telemetry import Outcome
from unit.port.desk import (
    AIKO,
    CONTRACT,
    Caller,
    DeskError,
    Health,
    InMemoryDesk,
    NoteDraft,
    contract,
    desk_port,
    result_of,
)
from unit.port.routing import ALL, OK, Told, everywhere, routed

KINDS = pytest.mark.parametrize("kind", ["async", "sync"])
PROBLEM, JSON, HTML = (("content-type", kind) for kind in ("application/problem+json", "application/json", "text/html"))
OURS = ("switchover-contract", 'sha256:0123456789abcdef;version="0.9.0"')


def problem(status: int, code: str, *headers: tuple[str, str]) -> WireResponse:
    return WireResponse(status, [PROBLEM, *headers], json.dumps({"status": status, "code": code}).encode())


LITESTAR = WireResponse(404, [JSON], b'{"status_code": 404, "detail": "Not Found"}')
UNPROVEN = [
    WireResponse(404, [HTML], b"<html>nginx</html>"),
    WireResponse(404, [], b""),
    WireResponse(404, [PROBLEM], b'{"title": "Not Found"}'),
    LITESTAR,
    WireResponse(405, [("allow", "GET")], b""),
    WireResponse(501, [HTML], b"<html>"),
    problem(404, "not_found"),
    problem(405, "method_not_allowed"),
]
PROVEN = [problem(404, "operation_missing"), problem(404, "operation_missing", OURS)]
PROVEN += [problem(405, "method_not_allowed", OURS)]


@KINDS
@pytest.mark.parametrize("answer", [*UNPROVEN, *PROVEN], ids=repr)
async def test_a_read_that_the_service_does_not_have_is_answered_here(kind: str, answer: WireResponse) -> None:
    desk = routed(kind, ALL, Told(answer))
    assert await result_of(desk.desk.get_health()) == Health()
    assert desk.told() == [("http", "all", "OperationMissing"), ("direct", "fallback", "")]


@KINDS
@pytest.mark.parametrize("answer", [*UNPROVEN, *PROVEN], ids=repr)
async def test_it_is_missing_too_where_the_contract_documents_a_404_of_the_operations_own(
    kind: str, answer: WireResponse
) -> None:
    desk = routed(kind, ALL, Told(answer))
    note = await result_of(desk.here.add_note(AIKO, NoteDraft(title="a")))
    assert (await result_of(desk.desk.get_note(AIKO, note.id))).title == "a"
    assert desk.told() == [("http", "all", "OperationMissing"), ("direct", "fallback", "")]


@KINDS
@pytest.mark.parametrize("answer", PROVEN, ids=repr)
async def test_a_write_that_the_service_says_it_does_not_have_is_carried_out_here_under_its_key(
    kind: str, answer: WireResponse
) -> None:
    told = Told(answer)
    desk = routed(kind, ALL, told)
    assert await result_of(desk.desk.echo(1)) == 1
    assert desk.here.seen == [1]
    assert desk.told() == [("http", "all", "OperationMissing"), ("direct", "fallback", "")]


@KINDS
@pytest.mark.parametrize("answer", UNPROVEN, ids=repr)
async def test_the_word_of_a_gateway_is_no_proof_that_a_write_was_not_carried_out(
    kind: str, answer: WireResponse
) -> None:
    desk = routed(kind, ALL, Told(answer))
    with pytest.raises(OperationMissing) as caught:
        await result_of(desk.desk.echo(1))
    assert desk.here.seen == []
    assert (caught.value.answered, caught.value.is_proven) == (answer.status, False)
    assert caught.value.idempotency_key is not None
    assert "echo may have been carried out, so it is not repeated" in caught.value.__notes__[0]


async def test_without_another_side_the_error_names_the_operation() -> None:
    client = desk_port().http(transport=Told(LITESTAR), trust="open")
    with pytest.raises(OperationMissing, match=r"does not have the operation getHealth. \(status 404\)") as caught:
        await client.get_health()
    assert len(caught.value.trace_id or "") == 32


@KINDS
async def test_a_failure_that_only_another_version_documents_is_no_missing_operation(kind: str) -> None:
    desk = routed(kind, ALL, Told(problem(404, "note_archived", OURS)))
    assert await result_of(desk.desk.list_notes(AIKO)) == []
    assert desk.told() == [("http", "all", "UnexpectedAnswer"), ("direct", "fallback", "")]
    with pytest.raises(UnexpectedAnswer):
        await result_of(desk.desk.add_note(AIKO, NoteDraft(title="a")))


@KINDS
async def test_it_counts_against_the_service_in_the_circuit_and_in_the_figures(kind: str) -> None:
    desk = routed(kind, everywhere(OwnedClock(), in_a_row=3), Told(LITESTAR))
    reporter = Reporter.watching(desk.recorder, desk.rollout)
    for _ in range(10):
        assert await result_of(desk.desk.get_health()) == Health()
    desk.recorder.flush()
    assert [event.outcome for event in desk.events if event.wiring == "http"] == [Outcome.FAILED] * 3
    assert desk.rollout.circuits["getHealth"].value == "open"
    assert desk.rollout.circuits["listNotes"].value == "closed"
    report = reporter.report()
    assert report["operations"]["getHealth"]["http"]["failed"] == 3
    assert report["missing"] == ["getHealth"]


@KINDS
async def test_an_operation_that_the_service_has_again_is_no_longer_reported_as_missing(kind: str) -> None:
    desk = routed(kind, ALL, Told(LITESTAR, OK))
    reporter = Reporter.watching(desk.recorder, desk.rollout)
    await result_of(desk.desk.get_health())
    desk.recorder.flush()
    assert reporter.report()["missing"] == ["getHealth"]
    await result_of(desk.desk.get_health())
    desk.recorder.flush()
    assert "missing" not in reporter.report()


# -- real services --------------------------------------------------------------------------------------------------------


def _older(*, without: str) -> Any:
    """A service of the kit's with a contract that lacks a path."""
    text = CONTRACT.replace(without, "/elsewhere" + without)
    port: Any = contract(text).bind(desk_port().interface, caller=Caller, errors=DeskError)
    return port.serve(InMemoryDesk(), trust="open")


async def test_an_older_service_of_the_kits_proves_that_it_ran_nothing() -> None:
    async with AsgiTransport(_older(without="/echo:")) as transport:
        desk = routed("async", ALL, transport)
        assert await desk.desk.echo(1) == 1
        assert desk.told() == [("http", "all", "OperationMissing"), ("direct", "fallback", "")]


async def test_an_address_without_the_method_proves_it_as_well() -> None:
    text = CONTRACT.replace("    delete:\n      operationId: deleteNote", "    patch:\n      operationId: deleteNote")
    port: Any = contract(text).bind(desk_port().interface, caller=Caller, errors=DeskError)
    async with AsgiTransport(port.serve(InMemoryDesk(), trust="open")) as transport:
        desk = routed("async", ALL, transport)
        note = desk.here.add_note(AIKO, NoteDraft(title="a"))
        await desk.desk.delete_note(AIKO, note.id)
        assert desk.here.notes == {}
        assert desk.told() == [("http", "all", "OperationMissing"), ("direct", "fallback", "")]


async def test_an_application_of_anothers_proves_nothing() -> None:
    async with AsgiTransport(Litestar([])) as transport:
        desk = routed("async", ALL, transport)
        assert await desk.desk.get_health() == Health()
        with pytest.raises(OperationMissing):
            await desk.desk.echo(1)


async def test_a_backend_that_meets_a_missing_operation_elsewhere_does_not_say_it_of_itself() -> None:
    class Asking(InMemoryDesk):
        async def echo(self, value: Any) -> Any:
            raise OperationMissing("the shelf service has no such operation", answered=404, is_proven=True)

    port: Any = desk_port()
    async with AsgiTransport(port.serve(Asking(), trust="open")) as transport:
        desk = routed("async", ALL, transport)
        with pytest.raises(Exception, match="internal_error"):
            await desk.desk.echo(1)
        assert desk.here.seen == []


# -- contracts with statuses alone ------------------------------------------------------------------------------------------

BARE = """
openapi: 3.1.0
info: {{ title: Bare, version: '1' }}
paths:
  /thing:
    get:
      operationId: getThing
      responses:
        '200': {{ description: A thing., content: {{ application/json: {{ schema: {{ type: string }} }} }} }}
        {failures}
"""


def _bare(failures: str, answer: WireResponse) -> Any:
    class Shelf:
        async def get_thing(self) -> str:
            raise AssertionError

    text = BARE.format(failures=failures)
    port: Any = Contract.read("openapi.yaml", lambda _: text.encode()).bind(Shelf)
    return port.http(transport=Told(answer))


SCHEMA = "content: { application/json: { schema: { type: object, required: [detail] } } }"
STATUS_ALONE = ["'404': { description: No. }", "4XX: { description: No. }", "default: { description: No. }"]


@pytest.mark.parametrize("failures", [*STATUS_ALONE, f"'404': {{ description: No., {SCHEMA} }}"])
async def test_a_status_that_is_documented_without_a_code_is_told_from_a_missing_operation_by_the_body(
    failures: str,
) -> None:
    own = WireResponse(404, [JSON], b'{"detail": "no such thing"}')
    with pytest.raises(Exception, match="http_"):
        await _bare(failures, own).get_thing()
    for other in (WireResponse(404, [HTML], b"<html>"), problem(404, "operation_missing", OURS)):
        with pytest.raises(OperationMissing):
            await _bare(failures, other).get_thing()


async def test_a_code_that_the_contract_gives_a_meaning_of_its_own_keeps_it() -> None:
    coded = "content: { application/problem+json: { schema: { type: object, properties: { code: { const: %s } } } } }"
    for status, code, error in ((404, "not_found", NotFound), (405, "method_not_allowed", MethodNotAllowed)):
        failures = f"'{status}': {{ description: No., {coded % code} }}"
        with pytest.raises(error):
            await _bare(failures, problem(status, code, OURS)).get_thing()
