"""What a generated package is held to before it is written."""

from __future__ import annotations

import sys

from switchover.cli.proof import refusals_of
from switchover.contract import select
from switchover.contract.generate import Target, generate
from switchover.errors import ContractError
from unit.contract.documents import HEAD, load

DOCUMENT = load(
    HEAD
    + """\
paths:
  /x: { get: { operationId: first, responses: { '204': { description: d } } } }
  /y: { get: { operationId: second, responses: { '200': { description: d, content: { application/json: { schema: { type: string } } } } } } }
"""
)
TARGET = Target("Port")


def refusal(files: dict[str, bytes]) -> str:
    before = list(sys.path), set(sys.modules)
    try:
        found = refusals_of(DOCUMENT, TARGET, files, select(DOCUMENT))
        said = "\n".join(["", *(f"  - {reason}" for reasons in found.values() for reason in reasons)])
    except ContractError as error:
        said = str(error)
    assert (list(sys.path), {name for name in set(sys.modules) - before[1] if "proof" in name}) == (before[0], set())
    return said


def test_a_package_that_says_what_the_contract_says_is_proved() -> None:
    assert refusals_of(DOCUMENT, TARGET, generate(DOCUMENT, TARGET), select(DOCUMENT)) == {}


def test_a_package_that_cannot_be_imported_is_no_package() -> None:
    assert refusal({"__init__.py": b"raise RuntimeError('odd')\n"}) == (
        "openapi.yaml becomes a package that cannot be imported:\n  - openapi.yaml RuntimeError: odd"
    )


def test_a_difference_is_placed_where_the_contract_speaks_of_it() -> None:
    files = generate(DOCUMENT, TARGET)
    narrow = files["port.py"].replace(b"second(self) -> str", b"second(self) -> int")
    assert (
        "openapi.yaml:5 #/paths/~1y/get/responses/200/content/application~1json/schema second / second: answer 200"
        in (refusal({**files, "port.py": narrow}))
    )


def test_a_difference_that_the_contract_knows_nothing_of_is_the_whole_documents() -> None:
    files = generate(DOCUMENT, TARGET)
    wide = files["port.py"] + b"\n    async def third(self) -> None: ...\n"
    assert "  - openapi.yaml:1 third: the contract has no operation for this method of Port" in (
        refusal({**files, "port.py": wide})
    )


def test_a_method_that_is_missing_is_placed_at_its_operation() -> None:
    files = generate(DOCUMENT, TARGET)
    less = files["port.py"].replace(b"def second", b"def _second")
    assert "  - openapi.yaml:5 #/paths/~1y/get second: Port has no method `second`" in refusal(
        {**files, "port.py": less}
    )
