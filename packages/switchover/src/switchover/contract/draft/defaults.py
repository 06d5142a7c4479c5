"""Defaults of arguments, as JSON has them."""

from __future__ import annotations

import inspect
import json
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from switchover.contract.interface import Method


class NoDefault(ValueError):
    """A default that a contract cannot name; the message says why."""


def default_of(method: Method, argument: inspect.Parameter) -> Any:
    """The default of an argument, in plain values.

    Raises:
        NoDefault: JSON has nothing like it, or it is not of the argument's own type.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(method.hints[argument.name])
    try:
        plain = adapter.dump_python(argument.default, mode="json", warnings="error")
        json.dumps(plain, allow_nan=False)
    except PydanticSerializationError as error:
        raise NoDefault(f"the default {argument.default!r}, which is not of its own type") from error
    except ValueError as error:
        raise NoDefault(f"the default {argument.default!r}, for which JSON has no word") from error
    return plain
