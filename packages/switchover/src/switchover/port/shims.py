"""Objects with the methods of an interface, written for exactly its signatures.

A closure over `*args, **kwargs` costs as much as the call it wraps; a function with the right parameters does not. So
each method is generated as source, the way `dataclasses` does it, from names that the interface's own signature holds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from switchover.port.plan import Plan

_PARTS: Final = "__switchover_parts__"


def object_for(interface: type, kind: str, methods: Mapping[str, Callable[..., Any]], made_of: object = None) -> Any:
    """An instance of a new class that has these methods and calls itself after the interface and the wiring.

    `made_of` is kept for whoever makes something else of the same parts; see `parts_of`.
    """
    name = f"{interface.__name__}Over{kind}"
    body = {"__slots__": (), "__doc__": f"{interface.__name__}, {kind.lower()}.", _PARTS: made_of, **methods}
    body["__getattr__"] = _missing(interface)
    return type(name, (), body)()


def _missing(interface: type) -> Callable[[Any, str], Any]:
    def missing(_self: Any, name: str) -> Any:
        what = (
            f"has no operation {name!r} here; `left_out` of the port says why"
            if hasattr(interface, name)
            else f"has no {name!r}"
        )
        raise AttributeError(f"{interface.__name__} {what}")

    return missing


def parts_of(made: object) -> object:
    """What an object of `object_for` was made of; None for any other."""
    return getattr(type(made), _PARTS, None)


def method(plan: Plan, body: str, names: Mapping[str, Any]) -> Callable[..., Any]:
    """A method with the plan's signature. `body` may use `{call}` (arguments as they are passed on) and `{values}` (a tuple
    of the arguments after the caller), `{caller}`, `{await_}` and every name of `names`.
    """
    parameters = list(plan.signature.parameters.values())
    namespace: dict[str, Any] = dict(names)
    source = _source(plan, parameters, body, namespace)
    exec(compile(source, f"<switchover {plan.method}>", "exec"), namespace)  # noqa: S102 - made of the signature alone
    function: Callable[..., Any] = namespace[plan.method]
    function.__doc__ = plan.doc
    function.__module__ = __name__
    function.__signature__ = _with_self(plan.signature)  # type: ignore[attr-defined]
    return function


def _source(plan: Plan, parameters: list[inspect.Parameter], body: str, namespace: dict[str, Any]) -> str:
    values = [parameter.name for parameter in parameters[plan.has_caller :]]
    filled = body.format(
        call=", ".join(_passed(parameter) for parameter in parameters),
        values=f"({', '.join(values)}{',' if values else ''})",
        caller=parameters[0].name if plan.has_caller else "None",
        await_="await " if plan.is_async else "",
    )
    lines = "\n".join(f"    {line}" for line in filled.strip().splitlines())
    return f"{'async ' if plan.is_async else ''}def {plan.method}({_declared(parameters, namespace)}):\n{lines}\n"


def _declared(parameters: list[inspect.Parameter], namespace: dict[str, Any]) -> str:
    pieces = ["_self"]
    seen_positional_only = False
    for index, parameter in enumerate(parameters):
        if parameter.kind is parameter.POSITIONAL_ONLY:
            seen_positional_only = True
        elif seen_positional_only:
            pieces.append("/")
            seen_positional_only = False
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in pieces:
            pieces.append("*")
        if parameter.default is parameter.empty:
            pieces.append(parameter.name)
        else:
            namespace[f"_default{index}"] = parameter.default
            pieces.append(f"{parameter.name}=_default{index}")
    return ", ".join([*pieces, "/"] if seen_positional_only else pieces)


def _passed(parameter: inspect.Parameter) -> str:
    return f"{parameter.name}={parameter.name}" if parameter.kind is parameter.KEYWORD_ONLY else parameter.name


def _with_self(signature: inspect.Signature) -> inspect.Signature:
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    rest = [
        parameter.replace(kind=parameter.POSITIONAL_OR_KEYWORD)
        if parameter.kind is parameter.POSITIONAL_ONLY
        else parameter
        for parameter in signature.parameters.values()
    ]
    return signature.replace(parameters=[own, *rest])
