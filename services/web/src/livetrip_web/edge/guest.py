"""Whoever asks, for the length of one request: read from the cookies, and written back into them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Final, NamedTuple

from livetrip_web.edge.cookies import LANGUAGE, NOTICE, SESSION, THEME, CookieStyle
from livetrip_web.edge.headers import Header
from livetrip_web.edge.session import Session, Sessions
from livetrip_web.forms.form import UnreadableForm
from livetrip_web.words import FIRST, LANGUAGES, preferred
from switchover.errors import ServiceUnavailable
from switchover.telemetry import TraceContext

THEMES: Final = ("auto", "light", "dark")
NOTICE_SECONDS: Final = 60
CHOICE_SECONDS: Final = 365 * 24 * 3600

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{0,64}", re.ASCII)


class Notice(NamedTuple):
    """What is said on a page about the one before: see `Guest.tell`."""

    word: str
    draft: str
    about: str


@dataclass(slots=True)
class Guest:
    """One request's visitor.

    Attributes:
        trace: position of the request in its trace.
        session: who it is; assign another to begin that one.
        language, theme: as chosen, or as the browser prefers.
        notice: what the page before wanted to have said on this one.
        is_over: whether the session that the browser brought has ended.
        doubt: why it cannot be said now who it is; the session is then that of nobody, and the cookie stays as it is.
    """

    trace: TraceContext
    session: Session
    language: str
    theme: str
    notice: Notice | None
    _sessions: Sessions
    _style: CookieStyle
    _cookies: Mapping[str, str]
    doubt: ServiceUnavailable | None = None
    is_over: bool = False
    _set: list[Header] = field(default_factory=list)

    def prefer(self, form: Mapping[str, str]) -> bool:
        """Take up the language and the light that a form chooses; whether it chooses any.

        Raises:
            UnreadableForm: it chooses one that is not offered.
        """
        chosen = {name: form[name] for name in (LANGUAGE, THEME) if name in form}
        if chosen.get(LANGUAGE, FIRST) not in LANGUAGES or chosen.get(THEME, THEMES[0]) not in THEMES:
            raise UnreadableForm
        for name, value in chosen.items():
            self.keep(name, value, CHOICE_SECONDS)
        self.language, self.theme = chosen.get(LANGUAGE, self.language), chosen.get(THEME, self.theme)
        return bool(chosen)

    async def become(self, session: Session) -> None:
        """Another session from now on; the old one is over.

        Raises:
            TooMuchToSeal: it does not fit into a cookie.
            ServiceUnavailable: the register of sessions cannot be asked; nothing has changed for the browser.
        """
        value = self._sessions.write(session)
        await self._sessions.begin(session)
        await self._sessions.end(self.session)
        self.session = session
        self.keep(SESSION, value, self._sessions.seconds)

    def keep(self, name: str, value: str, seconds: int) -> None:
        """Set a cookie; 0 seconds removes it."""
        header = self._style.header(name, value, seconds=seconds)
        start = header[1].partition(b"=")[0] + b"="
        self._set = [*(kept for kept in self._set if not kept[1].startswith(start)), header]

    def cookie(self, name: str) -> str:
        """A cookie as it came, or nothing."""
        return self._cookies.get(self._style.name(name), "")

    def tell(self, word: str, draft: str = "", about: str = "") -> None:
        """Have something said on the next page.

        Args:
            word: what.
            draft: what the browser called the draft of it, which is of no use any more.
            about: the identifier of what it is said about.
        """
        self.keep(NOTICE, f"{word}.{draft}.{about}", NOTICE_SECONDS)

    def told(self) -> Notice | None:
        """What is to be said on this page, once."""
        if self.notice is not None:
            self.keep(NOTICE, "", 0)
        return self.notice

    @property
    def headers(self) -> list[Header]:
        """The cookies that this request sets."""
        return self._set


@dataclass(frozen=True, slots=True)
class Reception:
    """Makes guests of requests.

    Attributes:
        sessions: reads their cookies.
        style: how cookies are called and set.
    """

    sessions: Sessions
    style: CookieStyle

    async def receive(self, headers: Mapping[str, str], trace: TraceContext, *, is_forged: bool = False) -> Guest:
        """Who asks. A visitor without a session is given one, because forms need its token.

        Not in answer to a page elsewhere: browsers leave the cookies of ours out there, and would have them replaced.
        """
        cookies = _cookies(headers.get("cookie", ""))
        cookie = cookies.get(self.style.name(SESSION), "")
        known, doubt = await self._known(cookie)
        language = cookies.get(self.style.name(LANGUAGE), "")
        theme = cookies.get(self.style.name(THEME), "")
        guest = Guest(
            trace,
            known or self.sessions.visit(),
            language if language in LANGUAGES else preferred(headers.get("accept-language", "")),
            theme if theme in THEMES else "auto",
            _notice(cookies.get(self.style.name(NOTICE), "")),
            self.sessions,
            self.style,
            cookies,
            doubt,
            is_over=bool(cookie) and known is None and doubt is None,
        )
        if known is None and doubt is None and not is_forged:
            await guest.become(guest.session)
        return guest

    async def _known(self, cookie: str) -> tuple[Session | None, ServiceUnavailable | None]:
        try:
            return await self.sessions.read(cookie), None
        except ServiceUnavailable as error:
            return None, error


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _notice(cookie: str) -> Notice | None:
    word, dot, rest = cookie.partition(".")
    draft, _, about = rest.partition(".")
    is_plain = dot and word.replace("_", "").isalpha() and word.isascii()
    return Notice(word, draft, about) if is_plain and all(_NAME.fullmatch(one) for one in (draft, about)) else None
