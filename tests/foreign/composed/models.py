"""Everything pydantic and dataclasses can say about the composed contract."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field


@dataclass(frozen=True)
class Leaf:
    leaf: int


@dataclass(frozen=True)
class Branch:
    left: Tree
    right: Tree


Tree = Leaf | Branch


class Circle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    radius: Annotated[float, Field(gt=0)]


class Box(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    sides: list[float]


class Level(IntEnum):
    LOW = 1
    MIDDLE = 2
    HIGH = 3


class Formats(BaseModel):
    id: UUID
    day: date
    moment: AwareDatetime
    bytes: Base64Bytes
    clock: time | None = None
    pause: timedelta | None = None
    mail: str | None = None
    encoded: Base64Bytes | None = None


@dataclass
class Maps:
    counts: dict[str, int]
    words: dict[str, str] | None = None
    tags: list[str] | None = None
    anything: Any = None


@dataclass
class Nested:
    deep: bool | None = None


class Change(BaseModel):
    theme: str | None = None
    size: int | None = 12
    nested: Nested | None = None


@dataclass
class Composer:
    settings: dict[str, Any] = field(default_factory=dict)

    async def flip_tree(self, tree: Tree) -> Tree:
        if isinstance(tree, Leaf):
            return Leaf(-tree.leaf)
        return Branch(await self.flip_tree(tree.right), await self.flip_tree(tree.left))

    async def grow_shape(self, shape: Circle | Box | Literal["point"]) -> Circle | Box | Literal["point"]:
        match shape:
            case Circle():
                return Circle(name=shape.name, radius=shape.radius * 2)
            case Box():
                return Box(name=shape.name, sides=[side * 2 for side in shape.sides])
        return shape

    async def shift_formats(self, formats: Formats) -> Formats:
        day = timedelta(days=1)
        return formats.model_copy(update={"day": formats.day + day, "moment": formats.moment + day})

    async def sort_maps(self, maps: Maps) -> Maps:
        copied = deepcopy(maps)
        return Maps(dict(sorted(copied.counts.items())), copied.words, sorted(copied.tags or []), copied.anything)

    async def make_tuples(self, count: int, level: Level = Level.LOW) -> list[tuple[str, Level]]:
        return [(f"n{number}", level) for number in range(count)]

    async def change_settings(self, change: Change) -> dict[str, Any]:
        self.settings.update(change.model_dump(exclude_unset=True))
        return deepcopy(self.settings)
