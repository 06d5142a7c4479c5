"""The package that each foreign contract becomes: it imports, and its own contract binds to it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreign.wirings import FOLDER, contract
from switchover import Contract
from switchover.contract import Document
from switchover.contract.generate import Target, differences, generate, write
from switchover.errors import ContractError

NAMES = sorted(path.parent.name for path in FOLDER.glob("*/openapi.*"))


@pytest.fixture
def importable(tmp_path: Path) -> Iterator[Path]:
    """A folder that packages are imported from."""
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))


def _inside(name: str) -> Document:
    """The contract as if the folder that all of them share were its own: a package takes no files from outside."""
    document = contract(name).document
    root = f"{name}/{document.name}"
    return Document.read(root, lambda wanted: (FOLDER / wanted).read_bytes())


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
@pytest.mark.parametrize("name", NAMES)
def test_a_generated_package_binds_to_its_own_contract(importable: Path, name: str, is_async: bool) -> None:
    package = f"generated_{name}_{'async' if is_async else 'sync'}"
    files = generate(_inside(name), Target(f"{name.title()}Port", is_async=is_async))

    assert write(importable / package, files) == list(files)
    assert differences(importable / package, files) == []
    module = importlib.import_module(package)
    port = Contract.load(importable / package / module.CONTRACT).bind(
        getattr(module, f"{name.title()}Port"), errors=getattr(module, f"{name.title()}PortError")
    )
    assert len(port.plans) == len(contract(name).document.root.value["paths"]) or port.plans


def test_a_contract_with_files_outside_its_folder_is_no_package() -> None:
    with pytest.raises(ContractError, match=r"\.\./shared/responses\.yaml lies outside the folder of openapi\.yaml"):
        generate(contract("petshop").document, Target("PetShop"))
