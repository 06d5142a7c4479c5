"""Who somebody is to us, from one page to the next: a sealed cookie, made anew at each sign-in and sign-out, good while the register has it."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any

from livetrip_contract import Caller
from livetrip_web.edge.sealing import Seal
from livetrip_web.registers.register import Entry, SessionRegister

_PURPOSE = "session.2"
_MARK = "session-mark"
_PERSON = "session-person"


@dataclass(frozen=True, slots=True)
class Session:
    """One visitor.

    Attributes:
        token: what forms prove with that they are ours (synchroniser token); as random as it has to be to be guessed by nobody.
        since: when it began, in seconds since 1970, by the clock of the process that began it. Nothing is judged by it:
            clocks differ, and the register's decides. The release before this one looks for it in the cookie.
        secret: what the register knows it by, a digest of it at least; nothing before the sign-in. It is shown nowhere.
        user_id: None before the sign-in.
        name: what the visitor is called on the pages.
        groups: as the issuer says.
    """

    token: str
    since: int
    secret: str = ""
    user_id: str | None = None
    name: str = ""
    groups: tuple[str, ...] = ()

    @property
    def caller(self) -> Caller | None:
        """Who calls LiveTrip; None before the sign-in."""
        return None if self.user_id is None else Caller(self.user_id, frozenset(self.groups))

    @property
    def drawer(self) -> str:
        """Where the browser keeps this person's drafts: a name that tells nobody who it is."""
        return hashlib.sha256(f"drafts of {self.user_id or ''}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Reads and writes sessions. Those of people who have signed in are on for as long as the register has them, by its clock.

    Visitors leave nothing in it. What their cookie holds is a token for forms and nothing that grows old: the browser
    drops it in time.

    Attributes:
        seal: what they are sealed with.
        register: which are on.
        seconds: how long one lasts at most.
    """

    seal: Seal
    register: SessionRegister
    seconds: int

    def visit(self) -> Session:
        """That of a visitor, with a token that nobody has seen."""
        return Session(secrets.token_urlsafe(24), int(time.time()))

    def of(self, user_id: str, name: str, groups: tuple[str, ...] = ()) -> Session:
        """That of a person; it has still to begin."""
        token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
        return Session(token, int(time.time()), secret, user_id, name, groups)

    def write(self, session: Session) -> str:
        """The value of the cookie.

        Raises:
            TooMuchToSeal: name and groups do not fit.
        """
        value = {
            "t": session.token,
            "s": session.since,
            "x": session.secret,
            "u": session.user_id,
            "n": session.name,
            "g": session.groups,
        }
        return self.seal.close(_PURPOSE, value)

    async def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None if it is not ours, or over.

        Raises:
            ServiceUnavailable: it cannot be said.
        """
        value = self.seal.open(_PURPOSE, cookie)
        if value is None:
            return None
        session = _session(value)
        return session if await self.is_on(session) else None

    async def is_on(self, session: Session) -> bool:
        """Has nobody ended it? Raises ServiceUnavailable: it cannot be said."""
        return session.user_id is None or await self.register.is_on(self._mark(session))

    async def begin(self, session: Session) -> None:
        """It is on from now. Raises ServiceUnavailable."""
        if session.user_id is not None:
            await self.register.begin(Entry(self._mark(session), self._person(session), self.seconds))

    async def end(self, session: Session) -> None:
        """It is over, for whoever has a copy of its cookie. Raises ServiceUnavailable."""
        if session.user_id is not None:
            await self.register.end(self._mark(session))

    async def end_all(self, session: Session) -> None:
        """All sessions of the same person are over, in every browser. Raises ServiceUnavailable."""
        await self.register.end_all(self._person(session))

    async def count(self, session: Session) -> int:
        """In how many browsers the same person is signed in. Raises ServiceUnavailable."""
        return await self.register.count(self._person(session))

    def _mark(self, session: Session) -> str:
        return self.seal.mark(_MARK, session.secret)

    def _person(self, session: Session) -> str:
        return self.seal.mark(_PERSON, session.user_id or "")


def _session(value: dict[str, Any]) -> Session:
    return Session(value["t"], value["s"], value["x"], value["u"], value["n"], tuple(value["g"]))
