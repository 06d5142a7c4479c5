"""One operation that cannot be honoured never costs a document the others."""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from switchover import Contract
from switchover.cli.main import main
from switchover.contract import Document, select
from switchover.contract.generate import Target, generate, write
from switchover.errors import BindError

DONE = {"204": {"description": "Done."}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def giving(schema: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"description": "d", "content": {"application/json": {"schema": schema}}}}


def getting(**responses: dict[str, Any]) -> dict[str, Any]:
    """One GET for each operation."""
    return {f"/{name}": {"get": {"operationId": name, "responses": said}} for name, said in responses.items()}


def failing(status: str, **members: Any) -> dict[str, Any]:
    schema = {"required": ["code", *members], "properties": {"code": {"const": "taken"}, **members}}
    return {**DONE, status: {"description": "d", "content": {"application/problem+json": {"schema": schema}}}}


def of(paths: dict[str, Any], schemas: dict[str, Any] | None = None) -> Document:
    return Document.read("openapi.json", lambda _: text_of(paths, schemas).encode())


def text_of(paths: dict[str, Any], schemas: dict[str, Any] | None = None) -> str:
    whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    return json.dumps({**whole, "components": {"schemas": schemas or {}}})


PARTLY = (
    {
        **getting(a=giving(ref("A")), b=giving(ref("B")), c=giving(ref("C"))),
        "/d": {"trace": {"operationId": "d", "responses": DONE}},
        "/e": {"$ref": "#/nowhere"},
    },
    {
        "A": {"type": "object", "properties": {"a": {"type": "string"}}},
        "B": {"type": "object", "properties": {"a": ref("Gone")}},
        "C": {"allOf": [{"type": "object"}, {"$dynamicRef": "#node"}]},
        "Unused": {"$ref": "gone.json"},
    },
)
REASONS = {
    "b": "openapi.json:1 #/components/schemas/B/properties/a/$ref refers to '#/components/schemas/Gone', which leads nowhere:"
    " openapi.json#/components/schemas has no 'Gone'",
    "c": "openapi.json:1 #/components/schemas/C/allOf/1/$dynamicRef is a reference that depends on who refers; use $ref",
    "d": "openapi.json:1 #/paths/~1d/trace is a TRACE, which services do not answer (RFC 9110, section 9.3.8)",
    "/e": "openapi.json:1 #/paths/~1e/$ref refers to '#/nowhere', which leads nowhere: openapi.json# has no 'nowhere'",
}


class Whole(Protocol):
    def a(self) -> dict[str, str]: ...
    def b(self) -> None: ...


def test_a_fault_keeps_only_what_reaches_it_from_being_honoured() -> None:
    selection = select(of(*PARTLY))

    assert [operation.id for operation, _ in selection.honoured] == ["a"]
    assert {item.name: "; ".join(item.reasons) for item in selection.left_out} == REASONS


def test_a_faulty_security_scheme_costs_the_operations_that_ask_for_it() -> None:
    paths = getting(a=DONE, b=DONE)
    paths["/b"]["get"]["security"] = [{"key": []}]
    whole = json.loads(text_of(paths))
    whole["components"]["securitySchemes"] = {"key": {"$ref": "#/gone"}}
    document = Document.read("openapi.json", lambda _: json.dumps(whole).encode())

    assert [item.name for item in select(document).left_out] == ["b"]


def test_binding_honours_the_rest_and_says_what_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    class Made:
        def a(self) -> dict[str, str]:
            return {"a": "x"}

    with caplog.at_level(logging.WARNING, "switchover.port"):
        port = Contract(of(*PARTLY)).bind(Whole)

    assert list(port.plans) == ["a"]
    assert {item.name: item.reasons[0] for item in port.left_out} == REASONS
    assert f"b is left out: {REASONS['b']}" in caplog.messages
    direct: Any = port.direct(Made())  # type: ignore[arg-type]
    assert direct.a() == {"a": "x"}
    with pytest.raises(AttributeError, match="Whole has no operation 'b' here; `left_out` of the port says why"):
        direct.b()


def test_what_is_chosen_or_bound_strictly_has_to_be_honoured() -> None:
    contract = Contract(of(*PARTLY))
    assert list(contract.bind(Whole, operations=["a"]).plans) == ["a"]

    with pytest.raises(BindError) as chosen:
        contract.bind(Whole, operations=["a", "b"])
    assert chosen.value.items == (f"b: {REASONS['b']}",)
    with pytest.raises(BindError) as strict:
        contract.bind(Whole, strict=True)
    assert strict.value.items == tuple(f"{name}: {reason}" for name, reason in REASONS.items())


def test_a_contract_of_which_nothing_is_left_is_not_bound() -> None:
    class Nothing(Protocol):
        def d(self) -> None: ...

    with pytest.raises(BindError, match=r"d: .* is a TRACE"):
        Contract(of({"/d": PARTLY[0]["/d"]})).bind(Nothing)


# -- packages


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder, from which packages are imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for module in [module for module in sys.modules if module.partition(".")[0] == "left_out_package"]:
        del sys.modules[module]


def test_a_package_has_what_is_honoured_and_binds(folder: Path) -> None:
    text, number = {"type": "string"}, {"type": "integer"}
    paths = {
        **PARTLY[0],
        **getting(
            one=failing("409", by=text), other=failing("410", by=text, at=number), third=failing("409", by=number)
        ),
    }
    document = of(paths, PARTLY[1])
    write(folder / "left_out_package", generate(document, Target("Port", is_async=False)))
    module: Any = importlib.import_module("left_out_package")
    port: Any = Contract(document).bind(module.Port, errors=module.PortError)

    assert list(port.plans) == ["a", "one", "other"]
    assert sorted(item.name for item in port.left_out) == ["/e", "b", "c", "d", "third"]
    assert not hasattr(module, "B")
    assert (
        inspect.get_annotations(module.Taken.__init__)["at"] == "int | None"
    )  # one class of one code at several statuses
    assert "describes 'taken' otherwise than" in next(item for item in port.left_out if item.name == "third").reasons[0]


def test_the_command_names_what_is_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = {"required": True, "content": {"application/json": {"schema": {"enum": ["x", 1, None, True, {"x": 1}]}}}}
    mixed = {"/mixed": {"post": {"operationId": "mixed", "requestBody": body, "responses": DONE}}}
    (folder / "openapi.json").write_text(text_of({**PARTLY[0], **mixed}, PARTLY[1]))
    arguments = ["generate", "--contract", "openapi.json", "--package", "made", "--interface", "Port", "--sync"]

    assert main([*arguments, "--strict"]) == 1
    assert not Path("made").exists()
    assert main([*arguments, "--operations", "a,b"]) == 1
    assert f"b: {REASONS['b']}" in capsys.readouterr().err
    assert main(arguments) == 0
    said = capsys.readouterr().err.splitlines()
    assert f"switchover: b is left out: {REASONS['b']}" in said
    assert any(line.startswith("switchover: mixed is left out: openapi.json:1 #/paths/~1mixed/") for line in said)
    assert said[-1] == "switchover: 1 of 6 operations are generated"


def test_check_says_what_is_left_out_and_fails_for_it_if_strict(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "openapi.json").write_text(text_of(*PARTLY))
    assert main(["freeze", "--contract", "openapi.json"]) == 0
    capsys.readouterr()

    assert main(["check", "--contract", "openapi.json"]) == 0
    said = capsys.readouterr().out
    assert "\noperations  left out 1 can be honoured, and 4 cannot\n" in said
    assert f"\n{'':<22}b: {REASONS['b']}\n" in said
    assert main(["check", "--contract", "openapi.json", "--strict"]) == 1
    assert "operations  FAILED   1 can be honoured, and 4 cannot" in capsys.readouterr().out
