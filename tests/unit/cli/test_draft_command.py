"""`switchover draft`, as a person uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchover.cli import main

SHOP = '''
"""A module of functions, and a class."""

class Gone(Exception):
    """It is not there any more."""

def get_item(item_id: int) -> int:
    """Get an item."""
    raise Gone(item_id)

def add_item(name: str) -> int:
    """Add an item."""
    return 1

class Desk:
    def get_note(self, key: int) -> int: ...
    def get_stream(self, key: int):
        yield key
    def get_limited(self, limit: int = None) -> int: ...
'''


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The name of a module in the working directory."""
    name = f"shop_{abs(hash(request.node.nodeid))}"
    (tmp_path / f"{name}.py").write_text(SHOP)
    monkeypatch.chdir(tmp_path)
    return name


def test_functions_of_a_module_become_a_contract_that_checks(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", shop, "-o", "openapi.yaml"]) == 0
    said = capsys.readouterr()
    assert said.out == "wrote openapi.yaml: 2 operations\n"
    assert "note: get_item is GET /items/{itemId}, as `get` suggests that it only reads: it may be repeated" in said.err
    Path("pyproject.toml").write_text(f'[tool.switchover]\ncontract = "openapi.yaml"\ninterface = "{shop}"\n')
    assert main(["freeze"]) == 0
    capsys.readouterr()
    assert main(["check"]) == 0
    assert f"{shop} has all 2 operations" in capsys.readouterr().out


def test_a_contract_that_is_there_is_not_overwritten(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("openapi.yaml").write_text("reviewed\n")
    assert main(["draft", shop, "-o", "openapi.yaml"]) == 2
    assert "openapi.yaml exists, and may have been reviewed; --force overwrites it" in capsys.readouterr().err
    assert Path("openapi.yaml").read_text() == "reviewed\n"
    assert main(["draft", shop, "-o", "openapi.yaml", "--force"]) == 0
    assert Path("openapi.yaml").read_text().startswith("openapi: 3.1.0\n")
    assert [path.name for path in Path.cwd().iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("output", "said"), [(".", "is a folder; name a file"), ("nowhere/openapi.yaml", "there is no folder nowhere")]
)
def test_a_file_that_cannot_be_written_is_named(
    shop: str, capsys: pytest.CaptureFixture[str], output: str, said: str
) -> None:
    assert main(["draft", shop, "-o", output]) == 2
    assert said in capsys.readouterr().err


def test_only_some_methods_are_drafted_as_the_team_decides(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", shop, "--only", "get_item, add_item", "--safe", "add_item", "--unsafe", "get_item"]) == 0
    said = capsys.readouterr()
    assert "note: add_item is GET /items, as --safe or --unsafe says" in said.err
    assert "note: get_item is POST" in said.err
    assert main(["draft", shop, "--only", "add_item"]) == 0
    assert "getItem" not in capsys.readouterr().out


def test_methods_that_no_contract_fits_are_left_out_with_the_reason(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draft", f"{shop}:Desk"]) == 0
    said = capsys.readouterr()
    assert "operationId: getNote" in said.out
    assert "getStream" not in said.out
    assert "getLimited" not in said.out
    assert f"left out: {shop}:Desk.get_stream is a generator; a call has one answer" in said.err
    assert (
        f"left out: {shop}:Desk.get_limited getLimited / get_limited: query.limit / limit: the contract allows"
        in said.err
    )
    assert "not every method of Desk is an operation: bind with operations=['get_note']" in said.err


def test_a_name_that_is_no_method_is_refused(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", shop, "--only", "get_items"]) == 1
    assert (
        "has no method 'get_items', which --only names; its methods are get_item, add_item" in capsys.readouterr().err
    )
