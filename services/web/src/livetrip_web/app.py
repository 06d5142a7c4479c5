"""The composition root of the web process: pages over a LiveTrip, behind a door."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Litestar, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ASGIApp

from livetrip_contract import LiveTrip
from livetrip_web.edge.cookies import CookieStyle
from livetrip_web.edge.door import Web
from livetrip_web.edge.guest import Reception
from livetrip_web.edge.headers import security_headers
from livetrip_web.edge.sealing import Seal
from livetrip_web.edge.session import Sessions
from livetrip_web.edge.whereabouts import Whereabouts
from livetrip_web.forms.form import MAX_BYTES
from livetrip_web.pages import account, entries, issuer, photo_form, photos, trips
from livetrip_web.pages.assets import Assets
from livetrip_web.pages.failures import failed
from livetrip_web.pages.photo_form import AT_ONCE
from livetrip_web.pages.rendering import Renderer
from livetrip_web.pages.visit import Visit, require_known
from livetrip_web.registers.in_memory import InMemorySessionRegister
from livetrip_web.registers.register import SessionRegister
from livetrip_web.repeating import repeating
from livetrip_web.settings import WebSettings
from livetrip_web.signing_in.developing import DevSignIn
from livetrip_web.signing_in.issuer import Issuer
from livetrip_web.signing_in.oidc import OidcSignIn
from livetrip_web.storage import HttpStorage, Storage


def make_web(
    live_trip: LiveTrip,
    settings: WebSettings,
    *,
    mounts: Mapping[str, ASGIApp] | None = None,
    register: SessionRegister | None = None,
    clock: Callable[[], float] = time.time,
    trace_share: float = 0.0,
    storage: Storage | None = None,
    visible_address: Callable[[str], str] = str,
) -> Web:
    """The ASGI application.

    Args:
        live_trip: the diary, whatever is behind it.
        settings: see there.
        mounts: what is served beside the pages, by path, with nobody in front: the files of photos, whose addresses are signed.
        register: which sessions are on, shared with the other processes of the diary; None for pages of one process.
        clock: of this machine, in seconds since 1970: forms offer it as the time of a new entry. A register that is
            given has its own, and that one judges sessions and sign-ins.
        trace_share: of the requests, how many begin a trace that is sampled.
        storage: takes photos that a browser cannot send itself; over HTTP, if nothing is said.
        visible_address: turns the address of a picture or an upload into the one that browsers are given.
    """
    seal, assets = Seal(settings.sealing_key()), Assets()
    kept = register if register is not None else InMemorySessionRegister(settings.limits(), clock)
    sessions = Sessions(seal, kept, int(settings.session_hours * 3600))
    state = State(
        {
            "live_trip": repeating(live_trip),
            "renderer": Renderer(assets),
            "assets": assets,
            "sessions": sessions,
            "clock": clock,
            "dev_sign_in": DevSignIn() if settings.dev_sign_in else None,
            "oidc": _oidc(settings, seal, kept.now),
            "storage": storage or HttpStorage(),
            "visible_address": visible_address,
            "places": asyncio.Semaphore(AT_ONCE),
        }
    )
    headers = security_headers(settings.photo_origins(), is_secure=settings.is_secure)
    reception = Reception(sessions, CookieStyle(settings.is_secure))
    whereabouts = Whereabouts(settings.url, is_here_alone=settings.dev_sign_in)
    return Web(_pages(state), reception, whereabouts, headers, mounts or {}, trace_share)


def _pages(state: State) -> Litestar:
    pages = [account.router, issuer.router, trips.router, entries.router, photos.router, photo_form.router]
    return Litestar(
        [Router("/", before_request=require_known, route_handlers=pages), static],
        state=state,
        request_class=Visit,
        exception_handlers={Exception: failed},
        request_max_body_size=MAX_BYTES,
        compression_config=CompressionConfig("gzip", minimum_size=1024, gzip_compress_level=5),
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _oidc(settings: WebSettings, seal: Seal, now: Callable[[], Awaitable[float]]) -> OidcSignIn | None:
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    known = Issuer(settings.oidc_issuer, settings.oidc_client_id, settings.client_secret())
    return OidcSignIn(known, seal, scope=settings.oidc_scope, groups_claim=settings.oidc_groups_claim, now=now)


@get("/static/{digest:str}/{name:str}")
async def static(request: Visit, digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A style, a script or a drawing."""
    assets: Any = request.app.state.assets
    found = assets.find(name)
    if found is None or digest != assets.digest:
        raise NotFoundException
    return Response(found[0], media_type=found[1], headers={"cache-control": "public, max-age=31536000, immutable"})
