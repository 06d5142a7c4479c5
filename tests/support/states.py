"""States of pages that come of what somebody does there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from support.browser import Watched, becomes
from support.pictures import large_picture, picture

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload

_SLOW: Final = 60_000
"""Bytes per second on the way up, while a photo is looked at on its way."""

_TITLE: Final = (
    "Lisbon to Vladivostok by rail, with eleven changes, two ferries and one long night in a waiting-room in Omsk"
)
_WORD: Final = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
_TEXT: Final = (
    "The conductor read my ticket twice, turned it over, and read the back, which was empty.\n\n"
    f"Two stations later he came back with a colleague, and they read it together. The word that I did not know was {_WORD}, "
    "and nobody in the carriage would say it slowly.\n\nSomebody's notes: https://railways.example/"
    f"{'timetable/' * 12}index\n\n旅の終わりはいつも、駅のベンチで始まる。荷物を数え、切符を数え、もう一度荷物を数える。"
    "夜行列車の窓に映る自分の顔は、いつもより少しだけ遠くを見ている。\n\n" + "And then it snowed. " * 40
)


class Forms:
    """What forms say back to aiko.

    Arguments:
        watched: her tab.
        address: of the diary.
        trip, entry: addresses of hers.
    """

    def __init__(self, watched: Watched, address: str, trip: str, entry: str) -> None:
        self._watched, self._page, self._address = watched, watched.page, address
        self._trip, self._entry = trip, entry

    def pages(self) -> Iterator[str]:
        """The name of each, while the tab shows it."""
        for status in ("422", "422", "409", "409", "403", "413"):
            self._watched.expect(status)
        yield from self._refused("trip", f"{self._address}/trips/new", {})
        yield from self._refused(
            "entry", f"{self._trip}/entries/new", {"#text": "x", "#latitude": "north", "#tags": "x" * 41}
        )
        yield from self._conflicts()
        yield from self._drafts()
        yield from self._failures()

    def _refused(self, name: str, address: str, fields: dict[str, str]) -> Iterator[str]:
        self._page.goto(address)
        self._page.locator("details").evaluate_all("all => { for (const one of all) one.open = true; }")
        for field, value in fields.items():
            self._page.locator(field).fill(value)
        self._send()
        self._page.locator("[role=alert]").wait_for()
        yield f"{name}-refused"

    def _conflicts(self) -> Iterator[str]:
        """Two versions: what the form knew is made older than it is."""
        self._change(f"{self._trip}/edit", {"#description": "Temples, trains, and no hurry at all."})
        self._meet(
            f"{self._trip}/edit", {"#description": "Temples and trains, and as little hurry as five days allow."}
        )
        yield "conflict"
        self._change(f"{self._entry}/edit", {"#place": "Saihō-ji, by the gate"})
        text = self._page.locator(".letter .prose").inner_text()
        self._meet(f"{self._entry}/edit", {"#place": "苔寺", "#text": f"{text} Four, on the way out.", "#tags": ""})
        yield "entry-conflict"

    def _drafts(self) -> Iterator[str]:
        """Kept without a connection, and found again."""
        self._page.goto(f"{self._trip}/entries/new")
        self._page.locator("[data-draft-discard]").first.click()
        self._watched.context.set_offline(True)
        self._page.locator("#text").fill("No signal in the valley, and none needed.")
        becomes(self._page, "document.querySelector('[data-draft-state]').textContent !== ''")
        becomes(self._page, "Object.values(localStorage).some((draft) => draft.includes('valley'))")
        yield "draft-offline"
        self._watched.context.set_offline(False)
        self._page.reload()
        self._page.locator("[data-draft-restore]").first.wait_for()
        yield "draft-found"

    def _failures(self) -> Iterator[str]:
        """Forms that are not taken at all."""
        self._page.goto(f"{self._address}/trips/new")
        for field, value in {"#title": "Nara", "#start_date": "2026-11-20", "#end_date": "2026-11-24"}.items():
            self._page.locator(field).fill(value)
        self._page.locator("form.sheet [name=csrf]").evaluate("field => { field.value = 'forged'; }")
        self._send()
        self._page.locator("[role=alert]").wait_for()
        yield "forged"
        self._page.goto(f"{self._address}/trips/new")
        self._page.locator("#description").evaluate(
            "field => { field.maxLength = 999999; field.value = 'snow\\n'.repeat(60000); }"
        )
        self._send()
        self._page.locator(".failure").wait_for()
        yield "too-large"

    def _change(self, address: str, fields: dict[str, str]) -> None:
        self._page.goto(address)
        for field, value in fields.items():
            self._page.locator(field).fill(value)
        self._send()
        self._page.locator(".notice").wait_for()

    def _meet(self, address: str, fields: dict[str, str]) -> None:
        self._page.goto(address)
        self._page.locator("[name=version]").evaluate("field => { field.value = '1'; }")
        self._page.locator("[name=base]").evaluate("field => { field.value = ''; }")
        for field, value in fields.items():
            self._page.locator(field).fill(value)
        self._send()
        self._page.locator(".versions").first.wait_for()

    def _send(self) -> None:
        form = self._page.locator("form.sheet")
        form.evaluate("form => { form.noValidate = true; }")
        form.locator("button.primary").click()


class Newcomer:
    """Who has no trip yet, and writes at length.

    Arguments:
        watched: the tab, signed in.
        address: of the diary.
    """

    def __init__(self, watched: Watched, address: str) -> None:
        self._watched, self._page, self._address = watched, watched.page, address

    def pages(self) -> Iterator[str]:
        """The name of each, while the tab shows it."""
        self._page.goto(f"{self._address}/trips")
        yield "trips-empty"
        trip = self._plan()
        yield "trip-empty"
        self._page.goto(f"{trip}/photos")
        yield "photos-empty"
        yield from self._sending()
        self._write(trip)
        yield "trip-long"
        self._page.locator(".entry-actions a").first.click()
        self._page.locator(".letter").wait_for()
        yield "entry-long"
        self._page.goto(f"{self._address}/trips")
        yield "trips-long"

    def _plan(self) -> str:
        self._page.goto(f"{self._address}/trips/new")
        fields = {"#title": _TITLE, "#start_date": "2026-11-30", "#end_date": "2027-01-02", "#description": _TEXT[:400]}
        for field, value in fields.items():
            self._page.locator(field).fill(value)
        self._page.locator("form.sheet button.primary").click()
        self._page.locator(".notice").wait_for()
        return self._page.url

    def _sending(self) -> Iterator[str]:
        """Photos in every state at once: one did not arrive, one is no photo, one has, one was cancelled, one is on its way."""
        self._watched.expect("ERR_INTERNET_DISCONNECTED")
        self._watched.context.set_offline(True)
        self._send([picture(0, "fjord.jpg")], "failed")
        self._watched.context.set_offline(False)
        note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"no photo"}
        self._page.locator("#files").set_input_files(note)  # type: ignore[arg-type]  # its TypedDict is private
        self._send([picture(1, "harbour-in-the-evening-seen-from-the-ferry.jpg")], "done")
        self._watched.slow_down(_SLOW)
        self._page.locator("#files").set_input_files([large_picture("snow.jpg"), large_picture("station.jpg")])
        cancelled = self._page.locator(".upload").filter(has_text="station.jpg")
        cancelled.locator("button").click()
        self._page.locator(".upload[data-state=cancelled]").wait_for()
        bar = self._page.locator(".upload").filter(has_text="snow.jpg").locator("progress")
        becomes(self._page, "bar => bar.value > 2", bar.element_handle())
        yield "photos-sending"

    def _send(self, files: list[FilePayload], state: str) -> None:
        self._page.locator("#files").set_input_files(files)
        self._page.locator(f".upload[data-state={state}]").filter(has_text=str(files[0]["name"])).wait_for()

    def _write(self, trip: str) -> None:
        self._page.goto(f"{trip}/entries/new")
        tags = ", ".join(f"{_WORD[:36]}-{number}" for number in range(4))
        for field, value in {"#text": _TEXT, "#place": _TITLE, "#tags": tags, "#happened": "2026-12-01T23:55"}.items():
            self._page.locator(field).fill(value)
        self._page.locator("#offset").select_option("-210")
        self._page.locator("[name=mood][value=awful]").check()
        self._page.locator("form.sheet button.primary").click()
        self._page.locator(".notice").wait_for()
