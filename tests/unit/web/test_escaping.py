"""Whatever people type is shown as text, in every field and on every page."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from livetrip_web import make_web
from support.diary import MemoryDiary
from support.pages import Browser, Page, settings

NASTY = st.text(
    st.one_of(st.sampled_from("<>&\"'`=/{}%#$"), st.characters(exclude_categories=["Cs", "Cc"])),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip(" ") and text.strip())
SCRIPT = """"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"""
SAFE_TAGS = set("html head meta title link script body a header div svg path text span nav form input button main p h1 h2 h3 ul ol li "
    "strong small footer fieldset legend label textarea select option section article time aside details summary dl dt dd "
    "blockquote figure img progress noscript circle b code template mark optgroup output".split())  # fmt: skip


def is_clean(page: Page) -> bool:
    """Has the page no more scripts than its own, no handler, no foreign tag, and no address that runs something?"""
    for tag, told in page.tags:
        if tag not in SAFE_TAGS or any(name.startswith("on") or name == "style" for name in told):
            return False
        if tag == "script" and not str(told.get("src")).startswith("/static/"):
            return False
        if any(
            str(told.get(name) or "").strip().lower().startswith(("javascript:", "data:"))
            for name in ("href", "src", "action")
        ):
            return False
    return True


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(text=NASTY)
@example(SCRIPT)
@example("javascript:alert(1)")
async def test_what_is_stored_is_shown_as_text_everywhere(text: str) -> None:
    browser = Browser(make_web(MemoryDiary().live_trip, settings()))
    await browser.sign_in(name="aiko <b>", groups="<script>")
    trip = await browser.plan(title=text, description=text)
    written = await browser.write(trip, text=text, place=text, tags="<b>,\"'")
    entry = next(link for link in written.links if "/entries/" in link and not link.endswith(("new", "edit")))
    pages = [written] + [
        await browser.open(address)
        for address in (
            "/trips", f"{trip}/edit", f"{trip}/delete", f"{trip}/summary", f"{trip}/photos", f"{trip}/entries/new",
            entry, f"{entry}/edit", f"{entry}/delete",
        )
    ]  # fmt: skip
    for page in pages:
        assert page.status == 200
        assert is_clean(page), page.url
    assert pages[2].form(f"{trip}/edit").fields["title"] == text
    assert pages[8].form(f"{entry}/edit").fields["text"] == text
    await browser.client.aclose()


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(text=NASTY)
@example(SCRIPT)
async def test_what_is_refused_comes_back_as_text(text: str) -> None:
    browser = Browser(make_web(MemoryDiary().live_trip, settings()))
    refused = await browser.submit(await browser.open("/sign-in"), name=f"{text}{'x' * 60}", next=text)
    assert is_clean(refused)
    await browser.sign_in()
    fields = {"title": "x" * 121 + text, "description": text, "start_date": text, "end_date": text}
    refused = await browser.submit(await browser.open("/trips/new"), **fields)
    assert refused.status == 422
    assert is_clean(refused)
    assert refused.form("/trips").fields["title"] == fields["title"]
    trip = await browser.plan()
    fields = {name: text for name in ("place", "latitude", "longitude", "mood", "tags", "happened", "offset")}
    refused = await browser.write(trip, text=text, **fields)
    assert refused.status == 422
    assert is_clean(refused)
    assert unescape(refused.form().fields["latitude"]) == unescape(text)
    await browser.client.aclose()


@pytest.mark.parametrize("address", ["/sign-in?next=", "/trips?cursor=", "/nowhere/", "/trips/"])
async def test_what_is_in_the_address_is_not_reflected(aiko: Browser, address: str) -> None:
    page = await aiko.open(f"{address}%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert is_clean(page)
    assert "alert(1)" not in page.html
