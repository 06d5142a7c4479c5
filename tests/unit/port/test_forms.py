"""Forms and files: both ways, in every wiring."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ConfigDict

from switchover import AsgiTransport, Contract, Fidelity, Port, Upload
from switchover.errors import BindError, InvalidRequest
from unit.port.single import document, interface

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
TAGS = {"type": "array", "items": {"type": "string"}}
PLACE = {"type": "object", "required": ["lat"], "properties": {"lat": {"type": "number"}, "name": {"type": "string"}}}
NOTE = {
    "type": "object",
    "required": ["title", "count"],
    "properties": {
        "title": {"type": "string", "maxLength": 9},
        "count": {"type": "integer"},
        "tags": TAGS,
        "place": PLACE,
        "filter": {"type": "object", "properties": {"min": {"type": "integer"}}},
    },
}
BINARY = {"type": "string", "format": "binary"}
PHOTO = {
    "type": "object",
    "required": ["caption", "photo"],
    "properties": {
        "caption": {"type": "string"},
        "place": PLACE,
        "photo": BINARY,
        "thumb": {"type": "string", "contentMediaType": "image/png"},
        "more": {"type": "array", "items": BINARY},
    },
}
ENCODING = {"filter": {"style": "deepObject", "explode": True}, "tags": {"style": "form", "explode": True}}


class Place(BaseModel):
    lat: float
    name: str | None = None


class Filter(BaseModel):
    min: int | None = None


class Note(BaseModel):
    model_config = ConfigDict(extra="ignore")
    title: str
    count: int
    tags: list[str] | None = None
    place: Place | None = None
    filter: Filter | None = None


def contract(media_type: str, schema: Any, encoding: Any = None) -> Contract:
    content = {media_type: {"schema": schema, **({"encoding": encoding} if encoding else {})}}
    return document({"requestBody": {"required": True, "content": content}})


class Keeping:
    """A backend that keeps what it was given."""

    def __init__(self) -> None:
        self.got: tuple[Any, ...] = ()

    async def send(self, *given: Any, **named: Any) -> None:
        self.got = (*given, *named.values())


async def everywhere(port: Port[Any], *given: Any) -> list[tuple[Any, ...]]:
    """What a backend is given, in process and over HTTP."""
    found = []
    for over in ("direct", "http"):
        backend = Keeping()
        if over == "direct":
            await port.direct(backend, fidelity=Fidelity.STRICT).send(*given)
        else:
            await port.http(transport=AsgiTransport(port.serve(backend, trust="open"))).send(*given)
        found.append(backend.got)
    return found


NOTES = [
    Note(title="a&b=ü", count=3, tags=["x,y", ""], place=Place(lat=1.5, name="A B"), filter=Filter(min=2)),
    Note(title="", count=0),
]


@pytest.mark.parametrize("media_type", [URLENCODED, MULTIPART])
@pytest.mark.parametrize("note", NOTES)
async def test_a_form_is_a_model(media_type: str, note: Note) -> None:
    port: Port[Any] = contract(media_type, NOTE, ENCODING).bind(interface({"note": Note}))
    assert await everywhere(port, note) == [(note,)] * 2


@pytest.mark.parametrize("media_type", [URLENCODED, MULTIPART])
async def test_or_an_argument_for_each_member(media_type: str) -> None:
    hints = {"title": str, "count": int, "tags": list[str] | None, "place": Place | None, "filter": Filter | None}
    port: Port[Any] = contract(media_type, NOTE, ENCODING).bind(interface(hints, tags=None, place=None, filter=None))
    assert await everywhere(port, "a", 1) == [("a", 1, None, None, None)] * 2
    given = ("a", 1, ["b"], Place(lat=2), Filter(min=1))
    assert await everywhere(port, *given) == [given] * 2


def photo_port() -> Port[Any]:
    hints = {"caption": str, "photo": Upload, "place": Place | None, "thumb": bytes | None, "more": list[Upload] | None}
    return contract(MULTIPART, PHOTO).bind(interface(hints, place=None, thumb=None, more=None))


async def test_files_cross_with_their_names_and_types() -> None:
    photo = Upload(b"\x89PNG\r\n\x00\xff--", 'a "b" ü.png', "image/png")
    assert await everywhere(photo_port(), "c", photo) == [("c", photo, None, None, None)] * 2
    given = ("", Upload(b""), Place(lat=1, name="x"), b"\x00", [photo, Upload(b"2")])
    assert await everywhere(photo_port(), *given) == [given] * 2
    assert "PNG" not in repr(photo)


async def test_what_browsers_and_other_clients_send_is_read() -> None:
    backend = Keeping()
    app: Any = photo_port().serve(backend, trust="open")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        files: Any = {"photo": ("p.jpg", b"\xff\xd8", "image/jpeg"), "place": (None, '{"lat": 1}', "application/json")}
        assert (await client.post("/things", data={"caption": "ü"}, files=files)).status_code == 204
        assert backend.got == ("ü", Upload(b"\xff\xd8", "p.jpg", "image/jpeg"), Place(lat=1), None, None)
        again = {"photo": [("p.jpg", b"1"), ("p.jpg", b"2")]}
        twice = await client.post("/things", data={"caption": "x"}, files=[("photo", each) for each in again["photo"]])
        assert (twice.status_code, twice.json()["errors"][0]["where"]) == (400, "body#/photo")
        missing = await client.post("/things", data={"caption": "x"}, files={"more": ("m", b"1")})
        assert missing.status_code == 422
        for kind, body in ((f"{MULTIPART}; boundary=x", b"--y"), (MULTIPART, b"--x--")):
            broken = await client.post("/things", content=body, headers={"content-type": kind})
            assert (broken.status_code, broken.json()["detail"]) == (400, "The body is not a form.")
        assert (await client.post("/things", data={"caption": "x"})).status_code == 415


async def test_what_a_form_says_wrongly_is_named() -> None:
    port: Port[Any] = contract(URLENCODED, NOTE).bind(interface({"note": Note}))
    app: Any = port.serve(Keeping(), trust="open")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        for form, status, where in (
            ({"title": "a", "count": "x"}, 422, "body#/count"),
            ({"title": "0123456789", "count": "1"}, 422, "body#/title"),
            ({"title": ["a", "b"], "count": "1"}, 400, "body#/title"),
            ({"title": "a"}, 422, "body#/count"),
        ):
            answer = await client.post("/things", data=form)
            assert (answer.status_code, answer.json()["errors"][0]["where"]) == (status, where)
        bad = await client.post("/things", content=b"a=%zz", headers={"content-type": URLENCODED})
        assert bad.json()["code"] == "malformed_request"
    direct = port.direct(Keeping(), fidelity=Fidelity.STRICT)
    with pytest.raises(InvalidRequest, match="empty"):
        await direct.send(Note(title="a", count=1, tags=[]))


@pytest.mark.parametrize(
    ("hints", "detail"),
    [
        ({"caption": str, "photo": str}, "'photo' is a file and must be Upload or bytes, got str"),
        ({"caption": str, "photo": Upload, "more": bytes}, "'more' is a file and must be list"),
        ({"caption": str}, "has no argument for the file 'photo'"),
    ],
)
def test_a_file_is_an_upload_or_bytes(hints: dict[str, Any], detail: str) -> None:
    schema = {**PHOTO, "properties": {name: PHOTO["properties"][name] for name in ("caption", "photo", "more")}}  # type: ignore[index]
    with pytest.raises(BindError) as caught:
        contract(MULTIPART, schema).bind(interface(hints))
    assert detail in str(caught.value)
