from __future__ import annotations

from datetime import date

import pytest

from foreign.petshop.shop import Cat, Dog, Mood, NameTaken, NoSuchPet, Owner, PetShop, Shop
from foreign.wirings import WIRINGS, Wiring, contract
from switchover.errors import CallError, InvalidRequest

ERRORS: dict[str | int, type[Exception]] = {404: NoSuchPet, 409: NameTaken}
PORT = contract("petshop").bind(PetShop, errors=ERRORS)


@pytest.fixture(params=WIRINGS, ids=lambda wiring: wiring.__name__)
def shop(request: pytest.FixtureRequest) -> PetShop:
    wiring: Wiring = request.param
    made: PetShop = wiring(PORT, Shop())
    return made


def test_the_base_path_is_that_of_the_first_server_with_its_variables_filled_in() -> None:
    assert PORT.base_path == "/shop/v2"


async def test_a_discriminator_tells_pets_apart_that_look_alike(shop: PetShop) -> None:
    tom = await shop.add_pet(Cat(name="Tom", lives=7))
    rex = await shop.add_pet(Dog(name="Rex", tricks=["sit", "roll"], mood=Mood.WILD))
    bare = await shop.add_pet(Dog(name="Nil"))

    assert tom == Cat(id="p1", name="Tom", lives=7)
    assert rex == Dog(id="p2", name="Rex", tricks=["sit", "roll"], mood=Mood.WILD)
    assert await shop.get_pet("p3") == bare


async def test_members_that_may_be_null_cross_as_null(shop: PetShop) -> None:
    await shop.add_pet(Cat(name="Tom", born=None, mood=None, owner=Owner(name="Ann", phone=None)))

    assert await shop.get_pet("p1") == Cat(id="p1", name="Tom", owner=Owner(name="Ann"))


async def test_parameters_of_the_query_may_be_left_out(shop: PetShop) -> None:
    await shop.add_pet(Cat(name="Tom", born=date(2020, 2, 29)))
    await shop.add_pet(Cat(name="Kit", born=date(2025, 1, 1), mood=Mood.CALM))

    assert [pet.name for pet in await shop.list_pets()] == ["Tom", "Kit"]
    assert [pet.name for pet in await shop.list_pets(mood=Mood.CALM)] == ["Kit"]
    assert [pet.name for pet in await shop.list_pets(born_after=date(2024, 1, 1))] == ["Kit"]


async def test_parameters_of_a_path_belong_to_all_its_methods(shop: PetShop) -> None:
    await shop.add_pet(Cat(name="Tom"))
    await shop.delete_pet("p1")

    with pytest.raises(NoSuchPet, match="no pet p1"):
        await shop.get_pet("p1")


async def test_a_number_that_may_be_null_is_an_answer(shop: PetShop) -> None:
    assert await shop.pet_weight_set(7, "p1", 4.25) is None
    assert await shop.pet_weight_set(7, "p1", 5.0, measured_by="Ann") == 4.25


@pytest.mark.parametrize(("kilograms", "owner"), [(0.0, 1), (1000.5, 1), (1.0, 0)])
async def test_exclusive_bounds_of_3_0_are_kept(shop: PetShop, kilograms: float, owner: int) -> None:
    with pytest.raises(CallError) as info:
        await shop.pet_weight_set(owner, "p1", kilograms)
    assert info.value.status == 422


async def test_a_failure_without_a_code_is_known_by_its_status(shop: PetShop) -> None:
    await shop.add_pet(Dog(name="Rex"))

    with pytest.raises(NameTaken, match="there is a Rex already"):
        await shop.add_pet(Cat(name="Rex"))
    with pytest.raises(NoSuchPet):
        await shop.delete_pet("p9")


async def test_a_pattern_in_another_file_is_kept(shop: PetShop) -> None:
    with pytest.raises(InvalidRequest, match=r"path\.petId"):
        await shop.get_pet("x1")
