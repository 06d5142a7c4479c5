"""A traveller who does everything that loses what she wrote elsewhere, chapter by chapter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.browser import becomes
from support.pictures import large_picture
from support.traveller import NAME, Traveller

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Locator, Page

_SLOW = 60_000
"""Bytes per second on the way up, while she leaves a page that sends a photo."""


class CarelessTraveller(Traveller):
    """Kaede, in several tabs; each chapter begins and ends at her trip."""

    def writes_in_two_tabs(self) -> None:
        """Each keeps a draft of its own: what is saved in one tab and begun in a third is lost in none."""
        page, trip = self.page, self.page.url
        other = self._tab(trip)
        for tab, text in ((page, "The first deer."), (other, "The second deer.")):
            tab.get_by_role("link", name="Write an entry").click()
            _type(tab, text)
        other.get_by_role("button", name="Write it down").click()
        other.get_by_role("status").filter(has_text="The entry is written.").wait_for()
        other.get_by_role("link", name="Write an entry").click()
        _type(other, "The third deer.")
        other.close()
        page.reload()
        assert page.locator(".draft").count() == 2
        _draft(page, "The first deer.").get_by_role("button", name="Bring it back").click()
        assert _text(page).input_value() == "The first deer."
        _draft(page, "The third deer.").get_by_role("button", name="Throw it away").click()
        page.get_by_role("button", name="Write it down").click()
        self._is_told("The entry is written.")
        assert page.evaluate("Object.keys(localStorage).length") == 0

    def goes_back_and_saves_again(self) -> None:
        """The browser shows the form as it was sent: it is the same entry."""
        page = self.page
        page.go_back()
        becomes(page, "document.querySelector('#text')?.value === 'The first deer.'")
        page.get_by_role("button", name="Write it down").click()
        self._is_told("The entry is written.")
        assert page.get_by_text("The first deer.").count() == 1

    def finds_an_old_draft_of_what_was_changed_since(self) -> None:
        """It meets what was changed: other fields are put together, and the same one is asked about."""
        page, trip = self.page, self.page.url.partition("#")[0]
        self._edit("The first deer.")
        _type(page, "The first deer, at the gate.")
        edit = page.url
        page.goto(trip)
        other = self._tab(edit)
        other.get_by_label("Place").fill("Kasuga")
        _text(other).fill("The first deer, at the lake.")
        other.get_by_role("button", name="Save").click()
        other.get_by_role("status").filter(has_text="The entry has been changed.").wait_for()
        other.close()
        page.goto(edit)
        page.get_by_role("button", name="Bring it back").click()
        self.watched.expect("409")
        page.get_by_role("button", name="Save").click()
        assert page.locator(".versions").count() == 1
        assert page.locator(".version mark").all_inner_texts() == ["gate", "lake"]
        page.get_by_label("Both, one after the other").check()
        page.get_by_role("button", name="Save what is chosen").click()
        page.get_by_text("Kasuga").wait_for()
        for text in ("The first deer, at the gate.", "The first deer, at the lake."):
            page.get_by_text(text).wait_for()
        page.goto(trip)

    def is_signed_out_while_she_writes(self) -> None:
        """The form stays; she signs in beside it, and sends it."""
        page = self.page
        page.get_by_role("link", name="Write an entry").click()
        _type(page, "The deer of an evening.")
        self.watched.context.clear_cookies()
        for _ in range(2):
            self.watched.expect("403")
        page.get_by_role("button", name="Write it down").click()
        page.get_by_role("alert").filter(has_text="Your session has ended").wait_for()
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Sign in in another tab").click()
        beside = opened.value
        beside.get_by_text("What you wrote is kept in this browser.").wait_for()
        beside.get_by_label("Name").fill(NAME)
        beside.get_by_role("button", name="Open the diary").click()
        _draft(beside, "The deer of an evening.").wait_for()
        beside.close()
        page.get_by_role("button", name="Write it down").click()
        page.get_by_role("alert").filter(has_text="send it once more").wait_for()
        page.get_by_role("button", name="Write it down").click()
        self._is_told("The entry is written.")
        page.get_by_text("The deer of an evening.").wait_for()
        assert page.evaluate("Object.keys(localStorage).length") == 0

    def speaks_another_language(self) -> None:
        """In the middle of a form that has come back."""
        page, trip = self.page, self.page.url.partition("#")[0]
        page.get_by_role("link", name="Write an entry").click()
        _text(page).fill("鹿。")
        page.get_by_label("Tags").fill("x" * 41)
        self.watched.expect("422")
        page.get_by_role("button", name="Write it down").click()
        page.get_by_role("alert").wait_for()
        page.get_by_role("button", name="日本語").click()
        becomes(page, "document.documentElement.lang === 'ja'")
        assert page.locator("#text").input_value() == "鹿。"
        page.get_by_role("button", name="English").click()
        becomes(page, "document.documentElement.lang === 'en'")
        assert page.get_by_label("Tags").input_value() == "x" * 41
        page.goto(trip)

    def leaves_while_a_photo_is_on_its_way(self) -> None:
        """She is asked, and stays."""
        page, trip = self.page, self.page.url
        asked: list[str] = []

        def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.get_by_role("link", name="Photos", exact=True).click()
        self.watched.slow_down(_SLOW)
        page.locator("#files").set_input_files([large_picture("snow.jpg")])
        upload = page.locator(".upload").filter(has_text="snow.jpg")
        becomes(page, "bar => bar.value > 2", upload.locator("progress").element_handle())
        page.once("dialog", stay)
        page.get_by_role("link", name="Trips", exact=True).click(no_wait_after=True)
        upload.get_by_role("button", name="Cancel").click()
        page.locator(".upload[data-state=cancelled]").wait_for()
        assert asked == ["beforeunload"]
        self.watched.slow_down(-1)
        page.goto(trip)

    def signs_out_and_keeps_her_drafts(self) -> None:
        """She is asked about them, and finds them when she is back."""
        page, trip = self.page, self.page.url
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Delete the unsaved drafts").wait_for()
        page.get_by_role("button", name="Sign out here").click()
        page.get_by_text("What you wrote is kept in this browser.").wait_for()
        self.signs_in()
        page.goto(f"{trip}/entries/new")
        _draft(page, "鹿。").wait_for()

    def _edit(self, text: str) -> None:
        entry = self.page.locator(".entry").filter(has_text=text)
        entry.get_by_role("link", name=re.compile("^Edit")).click()

    def _tab(self, address: str) -> Page:
        tab = self.watched.context.new_page()
        tab.goto(address)
        return tab


def _text(page: Page) -> Locator:
    return page.get_by_label("What happened?")


def _type(page: Page, text: str) -> None:
    """And wait until it is kept."""
    _text(page).fill(text)
    page.get_by_text("Draft kept in this browser").wait_for()


def _draft(page: Page, text: str) -> Locator:
    return page.locator(".draft").filter(has_text=text)
