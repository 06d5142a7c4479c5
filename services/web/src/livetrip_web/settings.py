"""The environment of the web process, read once and refused together."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from livetrip_adapters.clients import ClientSettings
from livetrip_adapters.settings import SettingsError, settings_problems
from livetrip_web.registers.opening import DEFAULT_ADDRESS, require_address
from livetrip_web.registers.register import Limits
from switchover.port.transports.base import require_base_url
from switchover.trust.endpoint import is_loopback
from switchover.trust.oidc.documents import is_safe_address

MIN_KEY: int = 32
"""Characters of a key, at least."""


_USUAL_PORTS: Final = {"http": 80, "https": 443}


class WebSettings(ClientSettings):
    """What the web process is told.

    Attributes:
        host, port: `LIVETRIP_WEB_HOST`, `LIVETRIP_WEB_PORT`: where it listens; port 0 takes a free one.
        url: `LIVETRIP_WEB_URL`: what people type, `https://diary.example`; needed where it listens beyond this machine, and for an issuer.
        grace_seconds: `LIVETRIP_WEB_GRACE_SECONDS`: how long requests may take to finish after SIGTERM.
        head_seconds, body_idle_seconds, answer_idle_seconds, connections, connections_per_address: `LIVETRIP_WEB_HEAD_SECONDS` and so
            on: see `ClientSettings`.
        session_hours: `LIVETRIP_WEB_SESSION_HOURS`: how long a sign-in lasts at most.
        session_idle_hours: `LIVETRIP_WEB_SESSION_IDLE_HOURS`: after how long without a page it is over before.
        sessions: `LIVETRIP_WEB_SESSIONS`: where it is kept which sessions are on; one for all processes of a diary.
        session_key: `LIVETRIP_WEB_SESSION_KEY` (or `…_FILE`): seals the cookies; one for all processes of a diary.
        dev_sign_in: `LIVETRIP_WEB_DEV_SIGN_IN=1`: whoever opens the page is who they say. On this machine only.
        oidc_issuer, oidc_client_id: `LIVETRIP_WEB_OIDC_ISSUER`, `LIVETRIP_WEB_OIDC_CLIENT_ID`: who signs people in.
        oidc_client_secret: `LIVETRIP_WEB_OIDC_CLIENT_SECRET` (or `…_FILE`); none for a public client.
        oidc_scope, oidc_groups_claim: what is asked for, and the claim that lists a person's groups.
        storage_origins: `LIVETRIP_WEB_STORAGE_ORIGINS`: where photos are fetched from and sent to, comma-separated.
        photos_url: `LIVETRIP_PHOTOS_URL`: the same, where this machine keeps them; its path is where their files are served here.
    """

    model_config = SettingsConfigDict(env_prefix="LIVETRIP_WEB_", extra="ignore", frozen=True, populate_by_name=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    url: str | None = None
    grace_seconds: Annotated[float, Field(ge=1, le=600)] = 10.0
    session_hours: Annotated[float, Field(ge=1, le=720)] = 12.0
    session_idle_hours: Annotated[float, Field(ge=0.25, le=720)] = 2.0
    sessions: SecretStr = SecretStr(DEFAULT_ADDRESS)
    session_key: SecretStr | None = None
    session_key_file: Path | None = None
    dev_sign_in: bool = False
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_client_secret_file: Path | None = None
    oidc_scope: str = "openid profile"
    oidc_groups_claim: str = "groups"
    storage_origins: Annotated[tuple[str, ...], NoDecode, Field(default=())]
    photos_url: Annotated[str | None, Field(validation_alias="LIVETRIP_PHOTOS_URL")] = None

    @field_validator("url")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        return None if value is None else origin_of(value)

    @field_validator("sessions")
    @classmethod
    def _is_register(cls, value: SecretStr) -> SecretStr:
        require_address(value.get_secret_value())
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, value: str | None) -> str | None:
        if value is not None and (not is_safe_address(value) or "?" in value):
            raise ValueError(
                "has to be https://host[:port][/path] without a query; plain http is for this machine alone"
            )
        return value

    @field_validator("photos_url")
    @classmethod
    def _is_base_url(cls, value: str | None) -> str | None:
        return None if value is None else require_base_url(value)

    @field_validator("storage_origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(origin_of(part.strip()) for part in value.split(",") if part.strip())

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        wrong = [*_files_wrong(self), *_sign_in_wrong(self), *_reach_wrong(self)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def is_loopback(self) -> bool:
        """Does it listen on this machine alone?"""
        return is_loopback(self.host)

    @property
    def is_secure(self) -> bool:
        """Do people reach it by https?"""
        return self.url is not None and self.url.startswith("https://")

    def limits(self) -> Limits:
        """What the register of sessions keeps."""
        return Limits(idle_seconds=int(self.session_idle_hours * 3600))

    def sealing_key(self) -> str:
        """The key of the cookies. Without one, on this machine alone, one for as long as this process lives."""
        return read_secret(self.session_key, self.session_key_file) or secrets.token_urlsafe(32)

    def client_secret(self) -> str | None:
        """What the issuer knows this application by."""
        return read_secret(self.oidc_client_secret, self.oidc_client_secret_file)

    def photo_origins(self) -> tuple[str, ...]:
        """Where browsers fetch photos from and send them to, besides here."""
        own = (origin_of(self.photos_url, allow_path=True),) if self.photos_url is not None else ()
        return tuple(dict.fromkeys((*self.storage_origins, *own)))


def load_web_settings(**given: object) -> WebSettings:
    """Read the environment; what is given (not None) comes first.

    Raises:
        SettingsError: it cannot be used.
    """
    try:
        return WebSettings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("The web cannot start:\n" + "\n".join(settings_problems(error, WebSettings))) from None


def origin_of(value: str, *, allow_path: bool = False) -> str:
    """`scheme://host[:port]` of an address, as browsers write it (RFC 6454, section 6.2): in lower case, without the usual port.

    Raises:
        ValueError: it is no http or https address, or has more to it than may be.
    """
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("has to be http://host or https://host, with a port if it is not the usual one")
    if not allow_path and (parts.path not in ("", "/") or parts.query or parts.fragment):
        raise ValueError("has to be an origin: scheme, host and port, without a path")
    if not parts.netloc.isascii() or any(sign in parts.netloc for sign in "; ,'\""):
        raise ValueError("has a character that no host name has; international names are written with xn--")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_usual = parts.port in (None, _USUAL_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"


def read_secret(value: SecretStr | None, path: Path | None) -> str | None:
    """A secret as given, or out of its file, without the line end."""
    if value is not None:
        return value.get_secret_value()
    return path.read_text("utf-8").strip() if path is not None else None


def _files_wrong(settings: WebSettings) -> list[str]:
    wrong = []
    for name, value, path in (
        ("SESSION_KEY", settings.session_key, settings.session_key_file),
        ("OIDC_CLIENT_SECRET", settings.oidc_client_secret, settings.oidc_client_secret_file),
    ):
        if value is not None and path is not None:
            wrong.append(f"LIVETRIP_WEB_{name} and LIVETRIP_WEB_{name}_FILE are both set; only one can be meant")
            continue
        try:
            found = read_secret(value, path)
        except (OSError, ValueError):
            wrong.append(f"LIVETRIP_WEB_{name}_FILE cannot be read")
            continue
        if found is not None and name == "SESSION_KEY" and len(found) < MIN_KEY:
            wrong.append(f"LIVETRIP_WEB_SESSION_KEY has to have at least {MIN_KEY} characters")
    return wrong


def _sign_in_wrong(settings: WebSettings) -> list[str]:
    wrong = []
    if (settings.oidc_issuer is None) != (settings.oidc_client_id is None):
        wrong.append("LIVETRIP_WEB_OIDC_ISSUER and LIVETRIP_WEB_OIDC_CLIENT_ID belong together")
    if settings.oidc_issuer is not None and settings.url is None:
        wrong.append("LIVETRIP_WEB_OIDC_ISSUER needs LIVETRIP_WEB_URL, where the issuer sends people back to")
    if settings.oidc_issuer is None and not settings.dev_sign_in:
        wrong.append(
            "nobody could sign in: set LIVETRIP_WEB_OIDC_ISSUER and LIVETRIP_WEB_OIDC_CLIENT_ID, or, on this machine alone, "
            "LIVETRIP_WEB_DEV_SIGN_IN=1"
        )
    if settings.dev_sign_in and not settings.is_loopback:
        wrong.append(
            "LIVETRIP_WEB_DEV_SIGN_IN lets anyone in as anyone, so LIVETRIP_WEB_HOST has to be 127.0.0.1, ::1 or localhost"
        )
    return wrong


def _reach_wrong(settings: WebSettings) -> list[str]:
    wrong = []
    own = urlsplit(settings.url).hostname or "" if settings.url is not None else ""
    if settings.dev_sign_in and own and not is_loopback(own):
        wrong.append("LIVETRIP_WEB_DEV_SIGN_IN lets anyone in as anyone, so LIVETRIP_WEB_URL has to name this machine")
    if settings.url is not None and settings.url.startswith("http://") and not is_loopback(own):
        wrong.append("LIVETRIP_WEB_URL has to be https, so that nobody can read along")
    if not settings.is_loopback and settings.url is None:
        wrong.append(
            "LIVETRIP_WEB_URL has to say what people type, because LIVETRIP_WEB_HOST is not this machine alone"
        )
    is_public = not settings.is_loopback or (settings.url is not None and not is_loopback(own))
    if is_public and settings.session_key is None and settings.session_key_file is None:
        wrong.append(
            "LIVETRIP_WEB_SESSION_KEY is missing; make one with `python -c 'import secrets; print(secrets.token_urlsafe(32))'`"
        )
    return wrong
