"""Whoever asks, for the length of one request: read from the cookies, and written back into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Final

from livetrip_web.edge.cookies import LANGUAGE, NOTICE, SESSION, THEME, CookieStyle
from livetrip_web.edge.headers import Header
from livetrip_web.edge.session import Session, Sessions
from livetrip_web.words import LANGUAGES, preferred
from switchover.errors import ServiceUnavailable
from switchover.telemetry import TraceContext

THEMES: Final = ("auto", "light", "dark")
NOTICE_SECONDS: Final = 60
CHOICE_SECONDS: Final = 365 * 24 * 3600


@dataclass(slots=True)
class Guest:
    """One request's visitor.

    Attributes:
        trace: position of the request in its trace.
        session: who it is; assign another to begin that one.
        language, theme: as chosen, or as the browser prefers.
        notice: what the page before wanted to have said on this one: a word and the idempotency key of the form.
        doubt: why it cannot be said now who it is; the session is then that of nobody, and the cookie stays as it is.
    """

    trace: TraceContext
    session: Session
    language: str
    theme: str
    notice: tuple[str, str] | None
    _sessions: Sessions
    _style: CookieStyle
    _cookies: Mapping[str, str]
    doubt: ServiceUnavailable | None = None
    _set: list[Header] = field(default_factory=list)

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

    def tell(self, word: str, key: str = "") -> None:
        """Have something said on the next page."""
        self.keep(NOTICE, f"{word}.{key}", NOTICE_SECONDS)

    def told(self) -> tuple[str, str] | None:
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
        known, doubt = await self._known(cookies.get(self.style.name(SESSION), ""))
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


def _notice(cookie: str) -> tuple[str, str] | None:
    word, dot, key = cookie.partition(".")
    is_plain = dot and word.replace("_", "").isalpha() and word.isascii() and len(key) <= 64 and key.isascii()
    return (word, key) if is_plain else None
