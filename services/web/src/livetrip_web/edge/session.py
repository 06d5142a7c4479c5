"""Who somebody is to us, from one page to the next: a sealed cookie, made anew at each sign-in and sign-out."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from livetrip_contract import Caller
from livetrip_web.edge.sealing import Seal

_PURPOSE = "session"


@dataclass(frozen=True, slots=True)
class Session:
    """One visitor.

    Attributes:
        token: what forms prove with that they are ours (synchroniser token); as random as it has to be to be guessed by nobody.
        since: when it began, in seconds since 1970.
        user_id: None before the sign-in.
        name: what the visitor is called on the pages.
        groups: as the issuer says.
    """

    token: str
    since: int
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
    """Reads and writes sessions.

    Attributes:
        seal: what they are sealed with.
        seconds: how long one lasts.
    """

    seal: Seal
    seconds: int

    def begin(self, now: float, *, user_id: str | None = None, name: str = "", groups: tuple[str, ...] = ()) -> Session:
        """A new one, with a token that nobody has seen."""
        return Session(secrets.token_urlsafe(24), int(now), user_id, name, groups)

    def write(self, session: Session) -> str:
        """The value of the cookie.

        Raises:
            TooMuchToSeal: name and groups do not fit.
        """
        value = {"t": session.token, "s": session.since, "u": session.user_id, "n": session.name, "g": session.groups}
        return self.seal.close(_PURPOSE, value)

    def read(self, cookie: str, now: float) -> Session | None:
        """The session of a cookie; None if it is not ours, or over."""
        value = self.seal.open(_PURPOSE, cookie)
        if value is None or not 0 <= now - value["s"] < self.seconds:
            return None
        return _session(value)


def _session(value: dict[str, Any]) -> Session:
    return Session(value["t"], value["s"], value["u"], value["n"], tuple(value["g"]))
