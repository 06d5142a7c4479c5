"""`livetrip call`: one operation, wherever the backend is."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

from livetrip_adapters import Settings, SettingsError, live_trip_port, load_settings, open_live_trip, open_telemetry
from livetrip_contract import Caller, LiveTripError
from switchover import CallError, Recorder, calling
from switchover.context import is_idempotency_key
from switchover.errors import InvalidRequest
from switchover.port.dynamic import as_json, invoke, plan_for
from switchover.port.plan import Plan

SUMMARY = "call one operation, in-process or over HTTP as BACKEND_MODE says"
DESCRIPTION = """\
Call one operation, in-process or over HTTP as BACKEND_MODE says, and print the result as JSON.
A failure is printed as JSON to standard error, with exit code 1.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which operation, for whom, with what."""
    parser.add_argument(
        "operation", metavar="OPERATION", help="operation id, getTrip or get_trip; `switchover routes` lists them"
    )
    parser.add_argument("--json", metavar="OBJECT", default="{}", help="arguments by name; '-' reads standard input")
    parser.add_argument("--user", default="traveller", help="who calls (default: %(default)s)")
    parser.add_argument("--group", action="append", default=[], help="a group the user is in; may be repeated")
    parser.add_argument(
        "--idempotency-key", metavar="KEY", help="repeat a request with the same key and it happens once"
    )


def run(options: argparse.Namespace) -> int:
    """Call, and print what comes back."""
    arguments = _arguments(options.json)
    if options.idempotency_key is not None and not is_idempotency_key(options.idempotency_key):
        raise SettingsError("--idempotency-key has to be 1 to 128 visible ASCII characters")
    settings = load_settings()
    port = live_trip_port()
    try:
        plan = plan_for(port.plans, options.operation)
    except KeyError as error:
        print(f"livetrip: {error.args[0]}", file=sys.stderr)
        return 2
    try:
        caller = Caller(options.user, frozenset(options.group))
    except ValueError as error:
        print(f"livetrip: --user and --group: {error}", file=sys.stderr)
        return 2
    try:
        # Standard error is for the failure, unless somebody wants the log there.
        with open_telemetry(settings.telemetry, service="livetrip", log_format=None, has_metrics=False) as telemetry:
            wanted = _called(settings, telemetry.recorder, plan, caller, arguments, options.idempotency_key)
            result = asyncio.run(wanted)
    except LiveTripError as error:
        return _refused({"code": error.code, "status": error.status, "detail": error.detail, **_fields(error)})
    except CallError as error:
        return _refused(_described(error))
    print(json.dumps(as_json(plan, result), indent=2, ensure_ascii=False))
    return 0


async def _called(
    settings: Settings, recorder: Recorder, plan: Plan, caller: Caller, arguments: dict[str, Any], key: str | None
) -> Any:
    with calling(idempotency_key=key):
        async with open_live_trip(settings, recorder) as live_trip:
            return await invoke(plan, live_trip, caller, arguments)


def _arguments(text: str) -> dict[str, Any]:
    try:
        value = json.loads(sys.stdin.read() if text == "-" else text)
    except ValueError as error:
        raise SettingsError(f"--json is not JSON: {error}") from None
    except RecursionError:
        raise SettingsError("--json is nested too deep") from None
    if not isinstance(value, dict):
        raise SettingsError("--json has to be an object of arguments by name, as in '{\"limit\": 5}'")
    return value


def _refused(problem: dict[str, Any]) -> int:
    print(json.dumps(problem, indent=2, ensure_ascii=False, default=str), file=sys.stderr)
    return 1


def _fields(error: LiveTripError) -> dict[str, Any]:
    return {name: value for name, value in vars(error).items() if name != "detail" and not name.startswith("__")}


def _described(error: CallError) -> dict[str, Any]:
    found: dict[str, Any] = {"code": error.code, "detail": error.detail}
    if error.trace_id:
        found["traceId"] = error.trace_id
    if isinstance(error, InvalidRequest):
        found["errors"] = [{"where": item.where, "detail": item.detail} for item in error.errors]
    return found
