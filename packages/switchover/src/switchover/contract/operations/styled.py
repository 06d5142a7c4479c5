"""What the styles of parameters can write so that it arrives as it was (OpenAPI 3.1, section 4.8.12.2.4); the rest is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switchover.contract.findings import Notes
from switchover.contract.model import Parameter, ParameterPlace, Style
from switchover.contract.node import Node
from switchover.contract.shapes.shape import Property, Shape

_FORMS: Final = {"array": "array", "object": "object"}
_LIKE_OTHERS: Final = frozenset({"integer", "number", "boolean"})
_INSTEAD: Final = "use `content: application/json`"
_NOT_NULL: Final = "a style cannot write null, so a call with it is refused"


def check_form(node: Node, parameter: Parameter, notes: Notes) -> None:
    """Note what the parameter's style cannot write: never, or some values only, which a call is then refused for."""
    place, style = parameter.place, parameter.style
    required, explode = parameter.is_required, parameter.explode
    for message in form_problems(parameter.shape, style, place, explode=explode):
        notes.error(node, f"is {parameter.label}{message}")
    for message in form_losses(parameter.shape, is_required=required):
        notes.warn(node, f"is {parameter.label}{message}")


def form_losses(shape: Shape, *, is_required: bool) -> Iterator[str]:
    """Which values of a shape no style can write; what follows the name of the parameter in a sentence."""
    forms = _forms(shape)
    if shape.is_nullable and not shape.is_anything:
        if is_required:
            yield f", which is required and may be null; {_NOT_NULL}"
        elif shape.default and shape.default[0] is not None:
            yield f", which may be null and is {shape.default[0]!r} when it is left out; {_NOT_NULL}"
    if len(forms) > 1:
        yield (
            f", which may be {' or '.join(sorted(forms))}; a call with an object, or with an array of one element, is refused"
        )
    elif forms == {"array"} and shape.items is not None:
        if shape.items.shape.is_nullable and not shape.items.shape.is_anything:
            yield f" with null inside; {_NOT_NULL}"
        yield from _ambiguous(shape.items.shape, " with elements")
    elif forms == {"object"}:
        for name, member in shape.properties.items():
            if member.shape.is_nullable and member.is_required:
                yield f" with null inside; {_NOT_NULL}"
            yield from _ambiguous(member.shape, f" with {name!r} inside")
    else:
        yield from _ambiguous(shape, "")


def _forms(shape: Shape) -> set[str]:
    return {_FORMS.get(kind, "scalar") for kind in shape.kinds}


def form_problems(shape: Shape, style: Style, place: ParameterPlace, *, explode: bool) -> Iterator[str]:
    """Why a style cannot write a shape at all; what follows the name of the parameter in a sentence."""
    forms = _forms(shape)
    is_mixed = "scalar" in forms and len(forms) > 1 and style in (Style.SIMPLE, Style.FORM)
    if len(forms) != 1 and not is_mixed:
        what = " or ".join(sorted(forms)) if forms else "null alone"
        yield f", which may be {what}; a style writes a scalar, an array or an object: say which"
        return
    form = forms.pop() if len(forms) == 1 else "scalar"
    if form != "scalar" and shape.alternatives:
        yield f", which is one of several {form}s; a style does not say which: {_INSTEAD}"
    elif form != "scalar":
        yield from _held(shape, form)
    yield from _style(style, place, form, explode=explode)


def _held(shape: Shape, form: str) -> Iterator[str]:
    members = dict(shape.properties)
    if form == "array":
        members = {"*": shape.items} if shape.items is not None else {}
        if shape.items is None:
            yield " with elements of any kind; say what they are"
        if shape.prefix:
            yield f" with elements that are named by position; {_INSTEAD}"
    elif isinstance(shape.extra, Property):
        yield f" with members of any name; name its properties, or {_INSTEAD}"
    for member in members.values():
        if nested := sorted(member.shape.kinds & {"array", "object"}):
            yield f" with {' or '.join(nested)} inside; styles write flat values: {_INSTEAD}"


def _ambiguous(shape: Shape, inside: str) -> Iterator[str]:
    """Text alone does not tell `1` from `"1"`."""
    texts = [option for option in shape.alternatives or (shape,) if "string" in option.kinds]
    others = shape.kinds & _LIKE_OTHERS
    if others and any(not _is_told_apart(option) for option in texts):
        listed = " or ".join(sorted((others - {"integer"} if "number" in others else others) | {"string"}))
        yield f"{inside}, which may be {listed}; text does not tell these apart, so a call with a text that reads as another of them is refused"


def _is_told_apart(option: Shape) -> bool:
    """Is no text among these a number or a boolean as well?"""
    texts = [value for value in option.enum or () if isinstance(value, str)]
    return bool(texts) and not any(text in ("true", "false") or text[:1] in "-0123456789" for text in texts)


def _style(style: Style, place: ParameterPlace, form: str, *, explode: bool) -> Iterator[str]:
    if style is Style.DEEP and (form != "object" or not explode):
        yield " in style deepObject, which writes exploded objects alone"
    if style in (Style.SPACE, Style.PIPE) and (form == "scalar" or explode):
        yield f" in style {style.value}, which writes unexploded arrays and objects alone"
    if place == "cookie" and form != "scalar" and explode:
        yield f", an exploded {form} in a cookie, which would be several cookies; say `explode: false`"
