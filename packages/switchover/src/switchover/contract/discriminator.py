"""Discriminators (OpenAPI 3.1, section 4.8.25): which value of a property stands for which of the alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from switchover.contract.node import Node
from switchover.contract.reference import BrokenReference

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


def property_of(node: Node) -> str | None:
    """The name of the property that decides; None for a schema without a discriminator."""
    found = node.value.get("discriminator") if isinstance(node.value, dict) else None
    name = found.get("propertyName") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def mapping(node: Node) -> Iterator[tuple[str, Node, str]]:
    """Each value that is mapped, the place it is mapped at, and what it is mapped to."""
    found = node.value.get("discriminator")
    mapped = found.get("mapping") if isinstance(found, dict) else None
    if isinstance(mapped, dict):
        below = node.at("discriminator").at("mapping")
        for value, text in mapped.items():
            if isinstance(text, str):
                yield value, below.at(value), text


def meant(place: Node, text: str) -> Node:
    """The schema that an entry of a mapping means: the name of one of the components, or a reference.

    Raises:
        BrokenReference: there is none.
    """
    if not _NAME.fullmatch(text) or text.endswith((".yaml", ".yml", ".json")):
        return place.document.follow(place.file, text)
    components = place.document.root.get("components")
    schemas = components.get("schemas") if components is not None else None
    found = schemas.step(text) if schemas is not None else None
    if found is None:
        raise BrokenReference(text, "is the name of no schema in components")
    return found


def tags(node: Node, option: Node) -> list[str]:
    """The values that stand for one alternative: those mapped to it, else the name that it is referred to by.

    Empty for an alternative that has neither: its own schema has to say which value it is.
    """
    if not option.is_reference:
        return []
    chain = _chain(option)
    mapped = [value for value, place, text in mapping(node) if _key(meant(place, text)) in chain]
    name = chain[0][1].rpartition("/")[2] or chain[0][0].rpartition("/")[2].partition(".")[0]
    return mapped or [name]


def _chain(option: Node) -> list[tuple[str, str]]:
    """Every place that an alternative leads through."""
    found = []
    while option.is_reference:
        option = option.target()
        found.append(_key(option))
    return found


def _key(node: Node) -> tuple[str, str]:
    return node.file, node.pointer
