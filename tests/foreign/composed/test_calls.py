from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

import pytest

from foreign.composed.models import Box, Branch, Change, Circle, Composer, Formats, Leaf, Level, Maps, Nested
from foreign.wirings import WIRINGS, Wiring, contract
from switchover.errors import InvalidRequest

PORT = contract("composed").bind(Composer)


@pytest.fixture(params=WIRINGS, ids=lambda wiring: wiring.__name__)
def composer(request: pytest.FixtureRequest) -> Composer:
    wiring: Wiring = request.param
    made: Composer = wiring(PORT, Composer())
    return made


async def test_a_schema_may_contain_itself(composer: Composer) -> None:
    flipped = await composer.flip_tree(Branch(Leaf(1), Branch(Leaf(2), Leaf(3))))

    assert flipped == Branch(Branch(Leaf(-3), Leaf(-2)), Leaf(-1))


@pytest.mark.parametrize(
    ("shape", "grown"),
    [
        (Circle(name="c", radius=1.5), Circle(name="c", radius=3.0)),
        (Box(name="b", sides=[1, 2.5]), Box(name="b", sides=[2, 5.0])),
        ("point", "point"),
    ],
)
async def test_one_of_several_forms_arrives_as_that_form(
    composer: Composer, shape: Circle | Box | Literal["point"], grown: Circle | Box | Literal["point"]
) -> None:
    assert await composer.grow_shape(shape) == grown


@pytest.mark.parametrize("shape", [Box(name="b", sides=[1]), Box(name="", sides=[1, 2]), Box(name="b", sides=[1, 0])])
async def test_what_is_put_together_is_kept_together(composer: Composer, shape: Box) -> None:
    with pytest.raises(InvalidRequest):
        await composer.grow_shape(shape)


async def test_formats_are_types(composer: Composer) -> None:
    formats = Formats(
        id=UUID(int=7),
        day=date(2026, 2, 28),
        moment=datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
        bytes=b"AP8=",
        clock=time(12, 30, tzinfo=UTC),
        pause=timedelta(hours=1),
        mail="ann@example.org",
        encoded=b"eA==",
    )

    shifted = await composer.shift_formats(formats)

    assert shifted.day == date(2026, 3, 1)
    assert shifted.moment == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert (shifted.bytes, shifted.encoded, shifted.clock, shifted.pause) == (
        b"\x00\xff", b"x", time(12, 30, tzinfo=UTC), timedelta(hours=1),
    )  # fmt: skip


async def test_a_format_that_is_broken_is_refused(composer: Composer) -> None:
    formats = Formats(id=UUID(int=7), day=date(2026, 2, 28), moment=datetime.now(UTC), bytes=b"AP8=", mail="nobody")

    with pytest.raises(InvalidRequest, match="body#/mail is no email"):
        await composer.shift_formats(formats)


async def test_maps_have_keys_of_their_own(composer: Composer) -> None:
    maps = Maps({"b": 2, "a": 1}, {"w1": "x"}, ["t", "s"], anything={"any": [1, None, "x"]})

    assert await composer.sort_maps(maps) == Maps({"a": 1, "b": 2}, {"w1": "x"}, ["s", "t"], {"any": [1, None, "x"]})
    assert await composer.sort_maps(Maps({})) == Maps({}, None, [], None)


@pytest.mark.parametrize(
    "maps",
    [
        Maps({"a": -1}),
        Maps({"a": 1, "b": 1, "c": 1, "d": 1}),
        Maps({}, {"x": "y"}, []),
        Maps({}, {"w": "y"}),
        Maps({}, None, ["forbidden"]),
        Maps({}, None, ["x", "x"]),
    ],
)
async def test_restrictions_that_no_type_shows_are_kept(composer: Composer, maps: Maps) -> None:
    with pytest.raises(InvalidRequest):
        await composer.sort_maps(maps)


async def test_references_lead_into_the_middle_of_other_schemas(composer: Composer) -> None:
    assert await composer.make_tuples(2) == [("n0", Level.LOW), ("n1", Level.LOW)]
    assert await composer.make_tuples(1, Level.HIGH) == [("n0", Level.HIGH)]
    with pytest.raises(InvalidRequest):
        await composer.make_tuples(-1)


async def test_null_and_left_out_are_two_things(composer: Composer) -> None:
    assert await composer.change_settings(Change(theme="dark", size=None)) == {"theme": "dark", "size": None}
    assert await composer.change_settings(Change(theme=None)) == {"theme": None, "size": None}
    assert (await composer.change_settings(Change(nested=Nested(deep=None))))["nested"] == {"deep": None}
    with pytest.raises(InvalidRequest):
        await composer.change_settings(Change())
