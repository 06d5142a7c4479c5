"""A pet shop: pydantic models, asynchronous methods."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, Field


class Mood(StrEnum):
    CALM = "calm"
    WILD = "wild"


class Owner(BaseModel):
    name: Annotated[str, Field(min_length=1)]
    phone: str | None = None


class _Pet(BaseModel):
    id: str | None = None
    name: str
    born: date | None = None
    mood: Mood | None = None
    owner: Owner | None = None


class Cat(_Pet):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(_Pet):
    kind: Literal["dog"] = "dog"
    tricks: list[str] | None = None


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class NoSuchPet(Exception):
    """404."""


class NameTaken(Exception):
    """409."""


class PetShop(Protocol):
    async def list_pets(self, *, mood: Mood | None = None, born_after: date | None = None) -> list[Pet]: ...

    async def add_pet(self, pet: Pet) -> Pet: ...

    async def get_pet(self, pet_id: str) -> Pet: ...

    async def delete_pet(self, pet_id: str) -> None: ...

    async def pet_weight_set(
        self, owner_id: int, pet_id: str, kilograms: float, measured_by: str | None = None
    ) -> float | None: ...


class Shop:
    def __init__(self) -> None:
        self.pets: dict[str, Cat | Dog] = {}
        self.weights: dict[str, float] = {}

    async def list_pets(self, *, mood: Mood | None = None, born_after: date | None = None) -> list[Pet]:
        return [
            pet.model_copy(deep=True)
            for pet in self.pets.values()
            if mood in (None, pet.mood) and (born_after is None or (pet.born is not None and pet.born > born_after))
        ]

    async def add_pet(self, pet: Pet) -> Pet:
        if any(pet.name == other.name for other in self.pets.values()):
            raise NameTaken(f"there is a {pet.name} already")
        identifier = f"p{len(self.pets) + 1}"
        self.pets[identifier] = pet.model_copy(update={"id": identifier}, deep=True)
        return self.pets[identifier].model_copy(deep=True)

    async def get_pet(self, pet_id: str) -> Pet:
        if pet_id not in self.pets:
            raise NoSuchPet(f"no pet {pet_id}")
        return self.pets[pet_id].model_copy(deep=True)

    async def delete_pet(self, pet_id: str) -> None:
        if self.pets.pop(pet_id, None) is None:
            raise NoSuchPet

    async def pet_weight_set(
        self, owner_id: int, pet_id: str, kilograms: float, measured_by: str | None = None
    ) -> float | None:
        before = self.weights.get(pet_id)
        self.weights[pet_id] = kilograms
        return before
