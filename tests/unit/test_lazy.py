"""Packages whose names are imported when they are first used: the names are all there, and are no modules."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from switchover.lazy import import_lazily

LAZY = [
    "switchover.rollout",
    "switchover.rollout.fleet",
    "switchover.rollout.orders",
    "switchover.rollout.plan",
    "switchover.rollout.record",
    "switchover.rollout.stores",
    "switchover.rollout.windows",
    "switchover.telemetry",
    "switchover.telemetry.objectives",
]


@pytest.mark.parametrize("name", LAZY)
def test_every_name_of_a_lazy_package_is_there(name: str) -> None:
    package = import_module(name)
    assert package.__all__ == sorted(package.__all__)
    for each in package.__all__:
        assert not isinstance(getattr(package, each), ModuleType), each


@pytest.mark.parametrize("name", LAZY)
def test_no_name_of_a_lazy_package_is_that_of_a_module(name: str) -> None:
    package = import_module(name)
    assert package.__file__ is not None
    modules = {path.stem for path in Path(package.__file__).parent.iterdir()}
    assert modules.intersection(package.__all__) == set()


@pytest.mark.parametrize("name", LAZY)
def test_a_lazy_package_imports_none_of_its_modules_by_itself(name: str) -> None:
    program = f"import sys, {name}; print([each for each in sys.modules if each.startswith('{name}.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", LAZY)
def test_a_name_that_is_missing_is_an_attribute_error(name: str) -> None:
    package = import_module(name)
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nonsense'"):
        package.nonsense  # noqa: B018 - looking it up is what is tested


def test_a_name_is_looked_up_once() -> None:
    package = import_module("switchover.rollout.plan")
    vars(package).pop("load", None)
    found = import_lazily("switchover.rollout.plan", {"load": "reading"})("load")
    assert vars(package)["load"] is found
