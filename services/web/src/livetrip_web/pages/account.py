"""Signing in and out, and how the pages look and speak."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

from litestar import Response, Router, get, post

from livetrip_web.edge.addresses import HOME, local_path
from livetrip_web.edge.sealing import TooMuchToSeal
from livetrip_web.forms.form import UnreadableForm
from livetrip_web.pages.visit import Visit, go
from livetrip_web.signing_in.developing import DevSignIn


@get("/")
async def home() -> Response[Any]:
    """Straight to the trips."""
    return go(HOME)


@get("/sign-in")
async def sign_in(request: Visit) -> Response[Any]:
    """Ways to sign in."""
    following = local_path(request.query_params.get("next"))
    if request.guest.session.caller is not None:
        return go(following)
    return _ways(request, following)


@post("/sign-in")
async def sign_in_by_name(request: Visit) -> Response[Any]:
    """The development sign-in."""
    form = await request.sent()
    way = cast("DevSignIn | None", request.app.state.dev_sign_in)
    if way is None:
        raise UnreadableForm
    following = local_path(form.get("next"))
    found = way.identify(form)
    if found is None or not await _is_begun(request, *found):
        return _ways(
            request, following, status=422, name=form.get("name", ""), groups=form.get("groups", ""), is_wrong=True
        )
    return go(following)


@post("/sign-out")
async def sign_out(request: Visit) -> Response[Any]:
    """End the session, or with `everywhere` all of the same person."""
    form = await request.sent()
    sessions, session = request.sessions, request.guest.session
    if form.get("everywhere") and session.user_id is not None:
        await sessions.end_all(session)
    await request.guest.become(sessions.visit())
    return go("/signed-out")


@get("/sign-out")
async def ask_to_sign_out(request: Visit) -> Response[Any]:
    """Here, or everywhere?"""
    caller, session = request.caller, request.guest.session
    many = await request.sessions.count(session)
    return request.page("sign_out.html", user_id=caller.user_id, many=many)


@get("/signed-out")
async def signed_out(request: Visit) -> Response[Any]:
    """Farewell, and the issuer's own sign-out, where it has one."""
    way = request.app.state.oidc
    leaving = None if way is None else await way.leaving(f"{request.origin}/signed-out")
    return request.page("signed_out.html", leaving=leaving)


@post("/preferences")
async def prefer(request: Visit) -> Response[Any]:
    """Another language, or another light."""
    form = await request.sent()
    request.guest.prefer(form)
    return go(local_path(form.get("next")))


def _ways(
    request: Visit, following: str, *, status: int = 200, name: str = "", groups: str = "", is_wrong: bool = False
) -> Response[Any]:
    state = request.app.state
    return request.page(
        "sign_in.html",
        status=status,
        at=f"/sign-in?next={quote(following, safe='/')}",
        following=following,
        has_dev=state.dev_sign_in is not None,
        has_oidc=state.oidc is not None,
        name=name,
        groups=groups,
        is_wrong=is_wrong,
    )


async def _is_begun(request: Visit, name: str, groups: tuple[str, ...]) -> bool:
    """Begin somebody's session, if name and groups fit into a cookie."""
    try:
        await request.guest.become(request.sessions.of(name, name, groups))
    except TooMuchToSeal:
        return False
    return True


router = Router("/", route_handlers=[home, sign_in, sign_in_by_name, ask_to_sign_out, sign_out, signed_out, prefer])
