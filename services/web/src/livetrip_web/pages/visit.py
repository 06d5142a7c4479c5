"""A request as the pages see it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, Final, cast

from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.response import Redirect

from livetrip_contract import Caller, LiveTrip
from livetrip_web.edge.addresses import local_path
from livetrip_web.edge.forgery import Forged, check_token
from livetrip_web.edge.guest import Guest
from livetrip_web.edge.session import Sessions
from livetrip_web.forms.body import chunks
from livetrip_web.forms.form import Form, UnreadableForm, read_form
from livetrip_web.forms.multipart import read_with_file
from livetrip_web.forms.spool import Spool
from livetrip_web.pages.rendering import Renderer
from livetrip_web.signing_in.oidc import CALLBACK, SIGN_IN

UPLOAD_SECONDS: Final = 900.0
"""How long a form with a file may take to come."""


class SignInNeeded(Exception):
    """The page is somebody's own."""


class Switched(Exception):
    """Another language or light was chosen in the middle of a form, which is to be shown in it."""


async def require_known(request: Request[Any, Any, Any]) -> None:
    """Let nobody further while it cannot be said who it is.

    Raises:
        ServiceUnavailable: so it is.
    """
    doubt = Visit(request.scope).guest.doubt
    if doubt is not None:
        raise doubt


class Visit(Request[None, None, State]):
    """A request, with whoever makes it."""

    @property
    def guest(self) -> Guest:
        """Who asks."""
        return cast("Guest", self.scope["state"]["guest"])

    @property
    def sessions(self) -> Sessions:
        """Whose are on."""
        return cast("Sessions", self.app.state.sessions)

    @property
    def origin(self) -> str:
        """Ours, as this guest sees it."""
        return str(self.scope["state"]["own"])

    @property
    def live_trip(self) -> LiveTrip:
        """The diary."""
        return cast("LiveTrip", self.app.state.live_trip)

    @property
    def caller(self) -> Caller:
        """Who calls it.

        Raises:
            SignInNeeded: nobody has signed in.
        """
        caller = self.guest.session.caller
        if caller is None:
            raise SignInNeeded
        return caller

    @property
    def address(self) -> str:
        """Path and query, for those who come back: not to where an issuer sent them, whose answer is good once."""
        if self.scope["path"] == CALLBACK:
            return SIGN_IN
        query = self.scope["query_string"].decode("latin-1")
        return local_path(f"{self.scope['path']}?{query}" if query else self.scope["path"])

    def visible(self, address: str) -> str:
        """Return the address of a picture or an upload as browsers are given it."""
        visible_address = cast("Callable[[str], str]", self.app.state.visible_address)
        return visible_address(address)

    @property
    def wants_json(self) -> bool:
        """Is it one of our scripts that asks?"""
        return self.headers.get("accept", "") == "application/json"

    @property
    def is_foreign(self) -> bool:
        """Whether another page sent it."""
        return bool(self.scope["state"]["is_forged"])

    async def sent(self) -> Form:
        """The form that was sent, from a page of ours.

        Raises:
            Forged: it was not, or the page was open for too long.
            UnreadableForm: it is no form.
        """
        if self.is_foreign:
            raise Forged
        form = read_form(self.headers.get("content-type", ""), await self.body())
        check_token(form.get("csrf", ""), self.guest.session.token)
        self.scope["state"]["form"] = form
        return form

    async def typed(self) -> Form:
        """The form that was sent from a page of ours, whose sender has still to be judged: it can be shown again.

        Raises:
            SignInNeeded, Forged: another page sent it, or something that does not say where it comes from.
            UnreadableForm: it is no form.
        """
        if self.is_foreign:
            self.caller  # noqa: B018 - who has not signed in is sent to the sign-in
            raise Forged
        form = read_form(self.headers.get("content-type", ""), await self.body())
        if "sec-fetch-site" not in self.headers and "origin" not in self.headers:
            check_token(form.get("csrf", ""), self.guest.session.token)
        self.scope["state"]["form"] = form
        return form

    def sender(self, form: Form) -> Caller:
        """Who sent a form. It can choose another language or light on the way.

        Raises:
            SignInNeeded: nobody is signed in any more.
            Forged: the form belongs to another session.
            Switched: it is to be shown again.
        """
        try:
            check_token(form.get("csrf", ""), self.guest.session.token)
        except Forged:
            self.caller  # noqa: B018 - the session that it belongs to is over
            raise
        is_switched = self.guest.prefer(form)
        caller = self.caller
        if is_switched:
            raise Switched
        return caller

    @property
    def sent_form(self) -> Form | None:
        """The form that was sent and is ours, once `sent` has read it; a file goes with none."""
        return cast("Form | None", self.scope["state"].get("form"))

    async def sent_with_file(self, file: Spool, *, most: int) -> Form:
        """The form that was sent, from a page of ours, with a file of at most so many bytes, which goes into a spool.

        Nothing of the file is taken before the token has been seen; while it came, the session may have been ended.

        Raises:
            Forged: it was not, or the page was open for too long.
            UnreadableForm: it is no form, or did not come to its end.
            TooLarge: the file is larger.
            SignInNeeded: so it was.
            ServiceUnavailable: that cannot be said.
        """
        if self.is_foreign:
            raise Forged
        token = self.guest.session.token

        def check(fields: Form) -> None:
            check_token(fields.get("csrf", ""), token)

        kind, body = self.headers.get("content-type", ""), chunks(cast("Any", self.receive))
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                form = await read_with_file(kind, body, file, check, most=most)
        except TimeoutError as error:
            raise UnreadableForm from error
        check(form)
        if not await self.sessions.is_on(self.guest.session):
            raise SignInNeeded
        return form

    def page(
        self,
        template: str,
        /,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        at: str | None = None,
        **values: Any,
    ) -> Response[str]:
        """A page out of a template. `at`: where those come back to who choose another language, if not to its own address."""
        renderer = cast("Renderer", self.app.state.renderer)
        address = at if at is not None else self.address if self.scope["method"] == "GET" else ""
        html = renderer.render(template, self.guest, address, values)
        return Response(html, media_type=MediaType.HTML, status_code=status, headers=headers)


def new_key() -> str:
    """The name of one write, made when its form is shown: however often the form is sent, the write happens once."""
    return secrets.token_urlsafe(18)


def go(path: str) -> Redirect:
    """On to another page, after a form (RFC 9110, section 15.4.4)."""
    return Redirect(path, status_code=303)
