"""A module of functions as an interface: a class whose methods are the module's public functions."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

from switchover.contract.naming import pascal


class ModuleFunction(staticmethod):  # type: ignore[type-arg]
    """A function of a module. Unlike a static helper of a class, the contract must have an operation for it."""


def interface_of(module: ModuleType) -> type:
    """Return a class with the public functions of a module, named after the module.

    Public are the names in `__all__`, else the functions defined in the module itself whose name has no leading underscore.

    Raises:
        ValueError: there are none; the message names classes that could be meant.
    """
    public: dict[str, Any] = {name: getattr(module, name, None) for name in _public_names(module)}
    functions = {name: value for name, value in public.items() if _is_function(value)}
    if not functions:
        raise ValueError(f"{module.__name__} defines no public functions{_instead(module)}")
    body = {name: ModuleFunction(function) for name, function in functions.items()}
    name = pascal(module.__name__.rpartition(".")[2])
    return type(name, (), {**body, "__module__": module.__name__, "__doc__": module.__doc__})


def _public_names(module: ModuleType) -> list[str]:
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    own = module.__name__
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(inspect.unwrap(value), "__module__", None) == own
    ]


def _is_function(value: Any) -> bool:
    return inspect.isfunction(inspect.unwrap(value)) if callable(value) and not isinstance(value, type) else False


def _instead(module: ModuleType) -> str:
    own = [
        name for name, value in vars(module).items() if isinstance(value, type) and value.__module__ == module.__name__
    ]
    if names := [f"{module.__name__}:{name}" for name in own if not name.startswith("_")]:
        return f"; name a class: {' or '.join(names[:5])}"
    return "; name a module with annotated functions, or module:Class"
