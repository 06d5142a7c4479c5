"""The environment as `livetrip up` completes it: what it says counts, and where it says nothing, embedded defaults do."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from livetrip_adapters import BackendMode, Settings, SettingsError, load_settings
from livetrip_adapters.photos import FILES_PATH
from livetrip_adapters.trust import read_credentials
from livetrip_web import WebSettings, load_web_settings
from livetrip_web.settings import origin_of
from switchover.port.listening import Address, listening

_OWN: Final = "http://127.0.0.1"
"""Stands for the address of a service that has not said yet where it listens."""

_NOT_FOR_THE_SERVICE: Final = ("LIVETRIP_METRICS_PORT", "LIVETRIP_METRICS_DIRECTORY", "LIVETRIP_API_SOCKET")
"""Metrics there are of the pages' process, one for each port and directory; and no browser gets photos from a Unix socket."""
_OF_THE_PAGES: Final = "LIVETRIP_WEB_"
"""What begins so is for the pages alone: the key of their cookies, and what they are to the issuer."""


def pages_settings(port: int | None) -> WebSettings:
    """What the pages are told.

    Raises:
        SettingsError: the environment cannot be used.
    """
    is_said = "LIVETRIP_WEB_DEV_SIGN_IN" in os.environ
    return load_web_settings(port=port, dev_sign_in=None if is_said else True)


@contextmanager
def taken_port(web: WebSettings) -> Iterator[tuple[socket.socket, WebSettings]]:
    """The socket of the pages, and the settings with its port: the service has to be told where they will be, before they are.

    Raises:
        SettingsError: the port is taken.
    """
    with ExitStack() as stack:
        try:
            listener, taken = stack.enter_context(listening(Address(web.host, web.port)))
            listener.listen()  # from now on nobody else can
        except OSError as error:
            where = f"{web.host}:{web.port}"
            raise SettingsError(f"cannot listen at {where}: {error.strerror}; `--port 0` takes a free port") from error
        yield listener, web.model_copy(update={"port": taken.port})


def settings_of_up() -> Settings:
    """What the pages' calls are told. In service mode, with a key and a rollout of their own unless the environment names some.

    Raises:
        SettingsError: the environment cannot be used, or names a service.
    """
    if os.environ.get("BACKEND_MODE") != BackendMode.SERVICE.value:
        return load_settings()
    for name in ("LIVETRIP_SERVICE_URL", "LIVETRIP_SERVICE_SOCKET"):
        if name in os.environ:
            raise SettingsError(
                f"{name} names a service, and `livetrip up` starts one of its own: unset it, or show that one with `livetrip web`"
            )
    key = {} if _proves_itself() else {"service_key": SecretStr(secrets.token_urlsafe(32))}
    settings = load_settings(service_url=_OWN, **key)
    if settings.rollout is not None:
        return settings
    return settings.model_copy(update={"rollout": SecretStr(f"file:{_beside(settings) / 'rollout'}")})


def service_environment(settings: Settings, web: WebSettings) -> Mapping[str, str]:
    """The environment for the service, without what is the pages' own: the key, and the pages that photos come from and go to."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_FOR_THE_SERVICE and not name.startswith(_OF_THE_PAGES)
    }
    if settings.service_key is not None:
        environment["LIVETRIP_SERVICE_KEY"] = settings.service_key.get_secret_value()
    hosts = dict.fromkeys((web.host, "127.0.0.1", "localhost"))
    pages = [web.url] if web.url is not None else [Address(host, web.port).url for host in hosts]
    environment["LIVETRIP_PHOTOS_ORIGINS"] = ",".join((*settings.photos.origins, *pages))
    if settings.photos.s3 is None:
        # Both processes work on one folder, and a browser need not reach the service: the pages send and take the files.
        environment.setdefault("LIVETRIP_PHOTOS_URL", Address(web.host, web.port).url + FILES_PATH)
    return environment


def photo_origins(web: WebSettings, settings: Settings) -> tuple[str, ...]:
    """Where browsers fetch photos from and send them to: also at the service, and where a bucket is."""
    bucket = settings.photos.s3
    found = (settings.service_url, origin_of(bucket.endpoint, allow_path=True) if bucket is not None else None)
    return (*web.storage_origins, *(origin for origin in found if origin is not None))


def _proves_itself() -> bool:
    """Does the environment say how calls are proved?"""
    kind, _, problems = read_credentials(os.environ)
    return kind is not None or bool(problems)


def kept_sessions(web: WebSettings, settings: Settings) -> SecretStr:
    """Where it is kept which sessions are on: as the environment says, or beside the database.

    Raises:
        SettingsError: the database's address names none that can be used.
    """
    is_said = "LIVETRIP_WEB_SESSIONS" in os.environ
    return web.sessions if is_said else SecretStr(f"sqlite:///{_beside(settings) / 'sessions.sqlite3'}")


def _beside(settings: Settings) -> Path:
    try:
        from livetrip_adapters.direct import beside  # noqa: PLC0415 - an extra, which `up` needs
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed here (pip install 'livetrip-adapters[direct]')") from error
    return beside(settings.database_url.get_secret_value())
