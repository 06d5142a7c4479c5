"""The command `switchover`, on a project that starts with nothing but a class."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.processes import ROOT
from switchover.cli import main
from switchover.cli.configuration import TOPICS

PYPROJECT = """\
[tool.switchover]
contract = "openapi/openapi.yaml"
package = "src/catalogue_contract"
interface = "catalogue_contract:Catalogue"
errors = "catalogue_contract:CatalogueError"
"""


@pytest.fixture(autouse=True)
def nothing_imported() -> Iterator[None]:
    """Each test generates a package of the same name."""
    yield
    forget()


def forget() -> None:
    """What a new process would not have imported."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("catalogue_contract", "narrow")]:
        del sys.modules[name]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a contract, frozen and generated."""
    (tmp_path / "openapi").mkdir()
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    shutil.copy(ROOT / "tests" / "library" / "openapi.yaml", tmp_path / "openapi")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    assert main(["freeze"]) == 0
    assert main(["generate"]) == 0
    return tmp_path


def states(output: str) -> dict[str, str]:
    return {check["name"]: check["state"] for check in json.loads(output)["checks"]}


def test_a_project_that_holds_is_told_line_by_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["check"]) == 0
    output = capsys.readouterr().out
    lines = [line.split() for line in output.splitlines()]
    assert [line[:2] for line in lines] == [
        ["contract", "ok"],
        ["operations", "ok"],
        ["examples", "ok"],
        ["lock", "ok"],
        ["port", "ok"],
        ["generated", "ok"],
        ["objectives", "skipped"],
        ["rollout", "skipped"],
        ["boundaries", "skipped"],
        ["trust", "skipped"],
        ["telemetry", "skipped"],
    ]
    assert "OpenAPI 3.1, 4 operations" in output


def test_a_changed_contract_is_noticed_by_lock_and_package(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contract = project / "openapi" / "openapi.yaml"
    contract.write_text(contract.read_text().replace("maxLength: 20", "maxLength: 25"))
    capsys.readouterr()
    assert main(["check", "--json"]) == 1
    found = states(capsys.readouterr().out)
    assert (found["contract"], found["lock"], found["generated"]) == ("ok", "failed", "failed")
    assert main(["freeze", "--check"]) == 1
    assert "run `switchover freeze`" in capsys.readouterr().err
    assert main(["generate", "--check"]) == 1
    assert "src/catalogue_contract/models.py differs from the contract" in capsys.readouterr().out
    assert main(["freeze"]) == main(["generate"]) == 0
    forget()
    assert main(["check"]) == 0


def test_a_contract_that_cannot_be_read_is_told_with_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract = project / "openapi" / "openapi.yaml"
    contract.write_text(contract.read_text().replace("#/components/schemas/Book", "#/components/schemas/Boook", 1))
    capsys.readouterr()
    assert main(["check"]) == 1
    output = capsys.readouterr().out
    assert "openapi.yaml:23 #/paths/~1books/get/responses/200/content/application~1json/schema/items/$ref" in output
    assert "leads nowhere" in output


def test_an_example_that_breaks_its_schema_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contract = project / "openapi" / "openapi.yaml"
    broken = "year: { type: integer, examples: [next year] }"
    contract.write_text(contract.read_text().replace("year: { type: integer }", broken))
    capsys.readouterr()
    assert main(["check"]) == 1
    assert "breaks its schema: example has to be integer" in capsys.readouterr().out


def test_a_port_that_does_not_bind_is_told_with_every_difference(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "src" / "narrow.py").write_text(
        "from typing import Protocol\n\nclass Narrow(Protocol):\n    def get_book(self, isbn: int) -> str: ...\n"
    )
    (project / "pyproject.toml").write_text(PYPROJECT.replace('catalogue_contract:Catalogue"', 'narrow:Narrow"'))
    capsys.readouterr()
    assert main(["check"]) == 1
    output = capsys.readouterr().out
    for said in ("addBook", "listBooks", "lendBook", "path.isbn / isbn", "answer 200"):
        assert said in output


def test_generated_files_are_written_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["generate"]) == 0
    assert capsys.readouterr().out == "5 of 5 files were current\n"
    assert main(["generate", "--check"]) == 0


def test_a_synchronous_protocol_is_generated_on_request(project: Path) -> None:
    assert main(["generate", "--sync"]) == 0
    assert "async def" not in (project / "src" / "catalogue_contract" / "port.py").read_text()


def test_another_package_and_name_may_be_given(project: Path) -> None:
    assert main(["generate", "--package", "src/other", "--interface", "Shelves"]) == 0
    assert "class Shelves(Protocol)" in (project / "src" / "other" / "port.py").read_text()


def test_routes_are_listed_for_people_and_for_scripts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["routes"]) == 0
    assert "PUT   /books/{isbn}/loan  lend_book" in capsys.readouterr().out
    assert main(["routes", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    lend = next(item for item in listed if item["operation"] == "lendBook")
    assert (lend["python"], lend["is_safe"], lend["body"]) == ("lend_book", False, "application/json")
    assert {"status": 409, "code": "already_lent"} in lend["failures"]


def test_a_draft_of_a_class_is_a_contract_that_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["draft", "library.catalogue:Catalogue", "--title", "Library", "--server", "/library"]) == 0
    said = capsys.readouterr()
    (tmp_path / "openapi.yaml").write_text(said.out)
    assert "no method takes a caller" in said.err
    assert main(["freeze", "--contract", "openapi.yaml"]) == 0
    (tmp_path / "pyproject.toml").write_text(
        '[tool.switchover]\ncontract = "openapi.yaml"\ninterface = "library.catalogue:Catalogue"\n'
    )
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["draft", "library"], "library defines no public functions"),
        (["draft", "library:a b"], "'library:a b' is no reference to a class; write module:Name"),
        (["draft", "nowhere.at.all:Thing"], "nowhere.at.all cannot be imported"),
        (["draft", "library.catalogue:Shelf"], "library.catalogue has no class Shelf"),
        (["check"], "which contract?"),
        (["generate", "--contract", "x.yaml"], "where to, and under which name?"),
        (["generate", "--contract", "x.yaml", "--package", "p", "--interface", "no name"], "is no name for a class"),
    ],
)
def test_what_cannot_start_is_told_with_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_a_contract_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["routes", "--contract", "x.yaml"]) == 1
    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[tool.switchover]\ncontract = 3\n", "'contract' has to be a text"),
        ('[tool.switchover]\ncontact = "x"\n', "'contact' is not known; there are contract, package"),
        ('[tool.switchover]\ncontract = "x"\ninterface = "Catalogue"\n', "'interface' has to be module:Name"),
        ("[tool.switchover\n", "cannot be read"),
    ],
)
def test_settings_that_cannot_be_used_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: str, said: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(table)
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert said in capsys.readouterr().err


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    output = capsys.readouterr().out
    for command in ("check", "generate", "draft", "freeze", "routes", "slo"):
        assert command in output


def test_our_own_contract_holds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    for name in [name for name in os.environ if name.startswith("LIVETRIP_") or name == "BACKEND_MODE"]:
        monkeypatch.delenv(name)
    assert main(["check", "--json"]) == 0
    found = states(capsys.readouterr().out)
    assert {state for name, state in found.items() if name not in TOPICS} == {"ok"}
    assert found["trust"] == "not set"


# -- what goes wrong around a command


BROKEN = {
    "raising": ("raise RuntimeError('boom')\n", "raising cannot be imported: RuntimeError: boom ("),
    "leaving": ("import sys\nsys.exit(3)\n", "leaving cannot be imported: it calls exit(3) ("),
    "misspelt": ("def (\n", "misspelt cannot be imported: SyntaxError: invalid syntax (misspelt.py, line 1)"),
    "lacking": ("import nowhere_at_all\n", "lacking cannot be imported: No module named 'nowhere_at_all'"),
    "lazy": ("def __getattr__(name):\n    raise KeyError(name)\n", "lazy cannot be imported: KeyError: 'X' ("),
    "clearing": ("import sys\nsys.path.clear()\n", "clearing has no class X"),
}


@pytest.mark.parametrize(("module", "text", "said"), [(name, *row) for name, row in BROKEN.items()], ids=BROKEN)
def test_a_module_that_fails_is_told_in_a_line(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: str,
    text: str,
    said: str,
) -> None:
    (project / f"{module}.py").write_text(text)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert main(["draft", f"{module}:X"]) == 2
    assert said in capsys.readouterr().err
    sys.modules.pop(module, None)


def test_a_check_goes_on_after_an_interface_that_fails(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "leaving.py").write_text("raise SystemExit(3)\n")
    (project / "pyproject.toml").write_text(PYPROJECT.replace('catalogue_contract:Catalogue"', 'leaving:Catalogue"'))
    capsys.readouterr()
    assert main(["check", "--json"]) == 1
    found = states(capsys.readouterr().out)
    assert (found["contract"], found["port"], found["generated"]) == ("ok", "failed", "ok")


def test_a_file_that_cannot_be_read_fails_its_check_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "contract.lock").write_text("")
    (project / "src" / "catalogue_contract" / "openapi" / "openapi.yaml").unlink()
    (project / "src" / "catalogue_contract" / "openapi").rmdir()
    (project / "src" / "catalogue_contract" / "openapi").symlink_to(project / "src" / "catalogue_contract" / "openapi")
    capsys.readouterr()
    assert main(["check"]) == 1
    assert "generated   FAILED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "--package", "openapi/openapi.yaml/p", "--interface", "P"], "Not a directory"),
        (["freeze"], "openapi/contract.lock: Is a directory"),
    ],
)
def test_what_the_system_refuses_is_told_with_the_path(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    (project / "openapi" / "contract.lock").unlink()
    (project / "openapi" / "contract.lock").mkdir()
    capsys.readouterr()
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_output_that_cannot_be_written_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["draft", "library.catalogue:Catalogue"]) == 2
        full.flush()  # what the end of the process does
    err = capsys.readouterr().err
    assert err.splitlines()[-1] == "switchover: the output: No space left on device"
    assert err.count("No space left on device") == 1


# -- what is generated is proved before it is written


CONTRACT = """\
openapi: 3.1.0
info: { title: T, version: '1' }
security: [{ service: [] }]
paths:
  /x:
    post:
      operationId: send
      parameters: [{ name: q, in: query, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: SCHEMA } } }
      responses: { '204': { description: d } }
components: { securitySchemes: { service: { type: http, scheme: bearer } } }
"""


@pytest.mark.parametrize(
    "schema",
    [
        "{ type: array, prefixItems: [{ type: string }, { type: integer }], items: false }",
        "{ enum: [a, 1, null, true, { x: 1 }] }",
    ],
)
def test_what_no_model_says_is_refused_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], schema: str
) -> None:
    (tmp_path / "openapi.yaml").write_text(CONTRACT.replace("SCHEMA", schema))
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "--contract", "openapi.yaml", "--package", "made", "--interface", "Port"]) == 1
    said = capsys.readouterr().err
    assert "openapi.yaml says what no generated model says as well:" in said
    assert "openapi.yaml:9 #/paths/~1x/post/requestBody/content/application~1json/schema send / send: body" in said
    assert "switchover_proof" not in said
    assert not (tmp_path / "made").exists()


def test_messages_do_not_name_the_temporary_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = "schemas: { A: { type: object, properties: { a: { enum: [x, 1, null, true] } } } }, "
    text = CONTRACT.replace("SCHEMA", "{ type: array, items: { $ref: '#/components/schemas/A' } }")
    text = text.replace("components: { ", "components: { " + model)
    (tmp_path / "openapi.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "--contract", "openapi.yaml", "--package", "made", "--interface", "Port"]) == 1
    said = capsys.readouterr().err
    assert "models.A" in said
    assert "switchover_proof" not in said


def test_a_caller_of_the_teams_own_need_not_be_importable_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openapi.yaml").write_text(CONTRACT.replace("SCHEMA", "{ type: string }"))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.switchover]\ncontract = "openapi.yaml"\npackage = "made"\ninterface = "made:Port"\ncaller = "shop.people:Customer"\n'
    )
    monkeypatch.chdir(tmp_path)
    known = set(sys.modules)
    assert main(["generate"]) == 0
    assert "from shop.people import Customer" in (tmp_path / "made" / "port.py").read_text()
    assert not [name for name in set(sys.modules) - known if name.startswith("switchover_proof")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--interface", "class"], "--interface 'class' is no name for a class"),
        (["--interface", "Protocol"], "an interface cannot be called Protocol"),
        (["--package", "a-b"], "a-b is no package: Python cannot import the name 'a-b'"),
        (["--package", "."], "openapi/openapi.yaml lies where the package keeps its copy"),
    ],
)
def test_a_package_that_python_cannot_have_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    capsys.readouterr()
    assert main(["generate", "--package", "p", "--interface", "Port", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_files_of_somebody_elses_are_not_overwritten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = project / "src" / "mine"
    (mine / "openapi").mkdir(parents=True)
    (mine / "__init__.py").write_text("")
    (mine / "models.py").write_text("precious = 1\n")
    (mine / "openapi" / "notes.txt").write_text("precious\n")
    capsys.readouterr()
    assert main(["generate", "--package", "src/mine", "--interface", "Port"]) == 1
    said = capsys.readouterr().err
    for name in ("models.py", "openapi/notes.txt"):
        assert f"  - {name} was not generated, and would be lost; move it, or give `generate` another folder" in said
    assert sorted(path.name for path in mine.iterdir()) == ["__init__.py", "models.py", "openapi"]
    assert (mine / "models.py").read_text() == "precious = 1\n"

    (mine / "models.py").unlink()
    (mine / "openapi" / "notes.txt").unlink()
    assert main(["generate", "--package", "src/mine", "--interface", "Port"]) == 0


# -- what is drafted is bound back before it is shown


def test_a_class_that_no_contract_fits_has_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "implicit.py").write_text("class Desk:\n    def get_note(self, limit: int = None) -> int: ...\n")
    monkeypatch.chdir(tmp_path)
    assert main(["draft", "implicit:Desk"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "getNote / get_note: query.limit / limit: the contract allows what int does not: may be null" in said.err


def test_exceptions_that_the_module_does_not_know_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere.py").write_text(
        "class Gone(Exception):\n    pass\n\nclass Base:\n    def get_note(self, key: int) -> int:\n        raise Gone\n"
    )
    (tmp_path / "here.py").write_text("import elsewhere\n\nclass Desk(elsewhere.Base):\n    pass\n")
    monkeypatch.chdir(tmp_path)
    assert main(["draft", "here:Desk"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("openapi: 3.1.0\n")
    assert said.err.endswith("does not know all of its exceptions; bind it with errors=[Gone]\n")
