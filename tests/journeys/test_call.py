"""One operation from a shell, in both modes."""

from __future__ import annotations

import json

from journeys.conftest import Call

KYOTO = {"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"}


def test_what_one_process_wrote_the_next_one_reads(call: Call) -> None:
    created = call("createTrip", {"tripDraft": KYOTO}, "--user", "aiko")
    assert created.returncode == 0, created.stderr
    trip = json.loads(created.stdout)
    listed = json.loads(call("list_trips", {}, "--user", "aiko").stdout)
    assert [item["id"] for item in listed["items"]] == [trip["id"]]
    assert json.loads(call("listTrips", {}, "--user", "ben").stdout)["items"] == []


def test_a_body_may_be_called_body(call: Call) -> None:
    assert call("create-trip", {"body": KYOTO}).returncode == 0


def test_a_repeated_command_with_a_key_happens_once(call: Call) -> None:
    first, again = (call("createTrip", {"body": KYOTO}, "--idempotency-key", "plan").stdout for _ in range(2))
    assert json.loads(first) == json.loads(again)


def test_a_documented_failure_is_told_as_json(call: Call) -> None:
    refused = call("getTrip", {"tripId": "0198c0de-0000-7000-8000-000000000001"})
    assert (refused.returncode, refused.stdout) == (1, "")
    assert json.loads(refused.stderr)["code"] == "trip_not_found"


def test_bad_input_is_told_precisely_and_changes_nothing(call: Call) -> None:
    refused = call("createTrip", {"tripDraft": {**KYOTO, "title": "", "start": "x"}, "limit": 3})
    assert refused.returncode == 1
    problem = json.loads(refused.stderr)
    assert problem["code"] == "invalid_request"
    told = {error["where"]: error["detail"] for error in problem["errors"]}
    assert set(told) == {"body#/title", "body#/…", "limit"}
    assert told["body#/…"] == "is not known; did you mean startDate?"
    assert json.loads(call("listTrips").stdout)["items"] == []


def test_an_operation_that_is_not_there_is_answered_with_those_that_are(call: Call) -> None:
    refused = call("getTrips")
    assert refused.returncode == 2
    assert "there is no operation 'getTrips'; there are getHealth, getSession" in refused.stderr


def test_arguments_that_are_no_object_are_refused(call: Call) -> None:
    for text in ("[]", "{", "3"):
        refused = call("listTrips", None, "--json", text)
        assert refused.returncode != 0
        assert "--json" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_caller_that_is_none_is_refused_in_the_same_words_in_every_mode(call: Call) -> None:
    for options in (("--user", ""), ("--user", "a\x01"), ("--group", "")):
        refused = call("listTrips", {}, *options)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr == (
            "livetrip: --user and --group: a caller's names are text, not empty, without control characters\n"
        )


def test_a_caller_that_the_diary_does_not_take_is_refused_with_the_same_code_in_every_mode(call: Call) -> None:
    refused = call("listTrips", {}, "--user", "a" * 201)
    assert refused.returncode == 1
    problem = json.loads(refused.stderr)
    assert (problem["code"], problem["detail"]) == ("malformed_request", "The caller cannot be read.")
