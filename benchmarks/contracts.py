"""What a large contract costs: 300 operations whose schemas refer to one another, beside the bare parse of its text."""

from __future__ import annotations

import asyncio
import importlib
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.measure import Measure, Row, compare
from switchover import Contract
from switchover.contract import Document, OperationReader
from switchover.contract.generate.package import Target, generate

_OPERATIONS: Final = 300
_GROUP: Final = 10
"""Kinds of things that refer to one another; each has three operations."""
_PACKAGE: Final = "benchmarked_things"
_GROWTH: Final = """
import sys
def resident():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1024
from switchover import Contract
from switchover.contract import OperationReader
before = resident()
contract = Contract.load(sys.argv[1])
operations = list(OperationReader(contract.document).read())
print(resident() - before)
"""


async def run(rounds: int) -> list[Row]:
    """Measure time, then memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = _written(Path(folder))
        document = Document.load(path)
        interface = _interface(document, Path(folder))
        measures: dict[str, Measure] = {
            "the bare parse of its text": _timed(lambda: yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)),
            "load and read": _timed(lambda: list(OperationReader(Document.load(path)).read())),
            "bind": _timed(lambda: Contract(document).bind(interface)),
            "generate": _timed(lambda: generate(document, Target("Things"))),
        }
        bars = {"load and read": "<= 3 x", "bind": "<= 20 ms", "generate": "<= 100 ms"}
        rows = await compare(
            f"a contract of {_OPERATIONS} operations (ms of CPU per operation)",
            measures,
            unit="ms",
            rounds=rounds,
            bars=bars,
        )
        memory: dict[str, Measure] = {
            "its text": _constant(len(document.content) / 2**20),
            "load and read": lambda: _growth(path),
        }
        return rows + await compare(
            f"a contract of {_OPERATIONS} operations, memory",
            memory,
            unit="MiB",
            rounds=rounds,
            bars={"load and read": "<= 20"},
        )


def _written(folder: Path) -> Path:
    path = folder / "things.yaml"
    path.write_text(yaml.safe_dump(contract(_OPERATIONS)), "utf-8")
    return path


def contract(operations: int) -> dict[str, Any]:
    """A contract of so many operations; the schemas of each ten kinds of things refer to one another."""
    kinds = range(operations // 3)
    schemas = {"Currency": {"type": "string", "enum": [f"C{number:03}" for number in range(160)]}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {path: item for kind in kinds for path, item in _paths(kind).items()},
        "components": {"schemas": schemas | {f"Thing{kind}": _schema(kind) for kind in kinds}},
    }


def _schema(kind: int) -> dict[str, Any]:
    first = kind - kind % _GROUP
    properties: dict[str, Any] = {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string", "maxLength": 200, "description": "What people call it."},
        "count": {"type": "integer", "minimum": 0},
        "at": {"type": "string", "format": "date-time"},
        "currency": _reference("Currency"),
        "state": {"type": "string", "enum": ["draft", "open", "closed", f"state{kind}"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "others": {"type": "array", "items": _reference(f"Thing{first + (kind * 3 + 2) % _GROUP}")},
        **{f"part{step}": _reference(f"Thing{first + (kind + step) % _GROUP}") for step in (1, 7)},
    }
    return {"type": "object", "required": ["id", "name"], "properties": properties}


def _paths(kind: int) -> dict[str, Any]:
    thing = _reference(f"Thing{kind}")
    limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    parameters = [{"name": "limit", "in": "query", "schema": limit}, _currency()]
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    return {
        f"/things{kind}": {
            "get": {
                "operationId": f"listThings{kind}",
                "parameters": parameters,
                "responses": _answer("200", {"type": "array", "items": thing}),
            },
            "post": {
                "operationId": f"addThing{kind}",
                "requestBody": {"required": True, "content": {"application/json": {"schema": thing}}},
                "responses": _answer("201", thing),
            },
        },
        f"/things{kind}/{{id}}": {
            "get": {"operationId": f"getThing{kind}", "parameters": [key], "responses": _answer("200", thing)}
        },
    }


def _currency() -> dict[str, Any]:
    return {"name": "currency", "in": "query", "schema": _reference("Currency")}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(status: str, schema: Any) -> dict[str, Any]:
    return {status: {"description": "ok", "content": {"application/json": {"schema": schema}}}}


def _interface(document: Document, folder: Path) -> Any:
    """The Protocol that the contract becomes, imported."""
    for name, content in generate(document, Target("Things")).items():
        path = folder / _PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(_PACKAGE).Things
    finally:
        sys.path.remove(str(folder))


def _timed(do: Callable[[], Any]) -> Callable[[], Awaitable[float]]:
    async def measure() -> float:
        started = _cpu()
        do()
        return (_cpu() - started) * 1000 / _OPERATIONS

    return measure


def _cpu() -> float:
    """CPU time of this process and of those it has waited for; the models are generated by one of its own."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _constant(value: float) -> Callable[[], Awaitable[float]]:
    async def measure() -> float:
        return value

    return measure


async def _growth(path: Path) -> float:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _GROWTH, str(path), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return float(output)
