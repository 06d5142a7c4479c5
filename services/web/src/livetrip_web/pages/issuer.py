"""To the issuer and back."""

from __future__ import annotations

from typing import Any, cast

from litestar import Response, Router, get
from litestar.exceptions import NotFoundException

from livetrip_web.edge.addresses import local_path
from livetrip_web.edge.cookies import SIGNING_IN
from livetrip_web.edge.sealing import TooMuchToSeal
from livetrip_web.pages.visit import Visit, go
from livetrip_web.signing_in.failures import SignInFailed
from livetrip_web.signing_in.oidc import CALLBACK, SECONDS, OidcSignIn


@get("/sign-in/issuer")
async def leave(request: Visit) -> Response[Any]:
    """To the issuer."""
    address, begun = await _way(request).begin(local_path(request.query_params.get("next")), _back(request))
    request.guest.keep(SIGNING_IN, begun, SECONDS)
    return go(address)


@get(CALLBACK)
async def come_back(request: Visit) -> Response[Any]:
    """From the issuer, as somebody."""
    cookie = request.guest.cookie(SIGNING_IN)
    request.guest.keep(SIGNING_IN, "", 0)
    person, following = await _way(request).finish(dict(request.query_params), cookie, _back(request))
    session = request.sessions.of(person.user_id, person.name, person.groups)
    try:
        await request.guest.become(session)
    except TooMuchToSeal as error:
        raise SignInFailed("groups") from error
    return go(following)


def _way(request: Visit) -> OidcSignIn:
    way = request.app.state.oidc
    if way is None:
        raise NotFoundException
    return cast("OidcSignIn", way)


def _back(request: Visit) -> str:
    return f"{request.origin}{CALLBACK}"


router = Router("/", route_handlers=[leave, come_back])
