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


def check_form(node: Node, parameter: Parameter, notes: Notes) -> None:
    """Note what the parameter's style cannot write."""
    place, style = parameter.place, parameter.style
    required, explode = parameter.is_required, parameter.explode
    for message in form_problems(parameter.shape, style, place, explode=explode, is_required=required):
        notes.error(node, f"is {parameter.label}{message}")


def form_problems(
    shape: Shape, style: Style, place: ParameterPlace, *, explode: bool, is_required: bool
) -> Iterator[str]:
    """What a style cannot write of a shape; what follows the name of the parameter in a sentence."""
    forms = {_FORMS.get(kind, "scalar") for kind in shape.kinds}
    if shape.is_nullable and not shape.is_anything:
        if is_required:
            yield ", which is required and may be null; a style cannot write null"
        elif shape.default and shape.default[0] is not None:
            yield f", which may be null and is {shape.default[0]!r} when it is left out; a style cannot write null"
    if len(forms) != 1:
        what = " or ".join(sorted(forms)) if forms else "null alone"
        yield f", which may be {what}; a style writes a scalar, an array or an object: say which"
        return
    form = forms.pop()
    if form == "scalar":
        yield from _ambiguous(shape, "")
    elif shape.alternatives:
        yield f", which is one of several {form}s; a style does not say which: {_INSTEAD}"
    else:
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
    for name, member in members.items():
        below = member.shape
        if nested := sorted(below.kinds & {"array", "object"}):
            yield f" with {' or '.join(nested)} inside; styles write flat values: {_INSTEAD}"
        elif below.is_nullable and (form == "array" or member.is_required):
            yield f" with null inside; a style cannot write it: {_INSTEAD}"
        else:
            yield from _ambiguous(below, f" with {name!r} inside" if form == "object" else " with elements")


def _ambiguous(shape: Shape, inside: str) -> Iterator[str]:
    """Text alone does not tell `1` from `"1"`."""
    texts = [option for option in shape.alternatives or (shape,) if "string" in option.kinds]
    others = shape.kinds & _LIKE_OTHERS
    if others and any(not _is_told_apart(option) for option in texts):
        listed = " or ".join(sorted((others - {"integer"} if "number" in others else others) | {"string"}))
        yield f"{inside}, which may be {listed}; text does not tell these apart"


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
