"""The environment of the service, read once and refused together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from livetrip_adapters.photos import PhotoSettings
from livetrip_adapters.settings import DEFAULT_DATABASE_URL, read_environment
from switchover import SharedKey


class ApiSettings(BaseSettings):
    """What the service is told.

    Attributes:
        host, port: `LIVETRIP_API_HOST`, `LIVETRIP_API_PORT`: where it listens; port 0 takes a free one.
        socket: `LIVETRIP_API_SOCKET`: path of a Unix socket to listen at instead; only its owner may connect.
        grace_seconds: `LIVETRIP_API_GRACE_SECONDS`: how long calls may take to finish after SIGTERM.
        database_url: `LIVETRIP_DATABASE_URL`.
        photos: `LIVETRIP_PHOTOS_…`: where photos are kept; see `PhotoSettings`.
        service_key: `LIVETRIP_SERVICE_KEY`: the key that callers prove themselves with.
        trust: `LIVETRIP_TRUST=open`: whoever reaches the service is trusted. Meant for Unix sockets.
    """

    model_config = SettingsConfigDict(
        env_prefix="LIVETRIP_API_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    socket: Path | None = None
    grace_seconds: Annotated[float, Field(ge=1, le=600)] = 10.0
    database_url: Annotated[SecretStr, Field(validation_alias="LIVETRIP_DATABASE_URL")] = SecretStr(
        DEFAULT_DATABASE_URL
    )
    photos: Annotated[PhotoSettings, Field(validation_alias="LIVETRIP_PHOTOS")] = PhotoSettings()
    service_key: Annotated[SecretStr | None, Field(validation_alias="LIVETRIP_SERVICE_KEY")] = None
    trust: Annotated[str | None, Field(validation_alias="LIVETRIP_TRUST", pattern="^open$")] = None

    @field_validator("service_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            SharedKey(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _is_closed_until_opened(self) -> Self:
        if self.service_key is None and self.trust is None:
            raise ValueError(
                "LIVETRIP_SERVICE_KEY is missing, so anyone could call as anyone; make one with "
                "`python -c 'import secrets; print(secrets.token_urlsafe(32))'`, or say LIVETRIP_TRUST=open"
            )
        if self.service_key is not None and self.trust is not None:
            raise ValueError("LIVETRIP_SERVICE_KEY and LIVETRIP_TRUST=open are both set; only one can be meant")
        return self


def load_api_settings(**given: object) -> ApiSettings:
    """Read the environment; what is given (not None) comes first.

    Raises:
        SettingsError: it cannot be used.
    """
    known = {name: value for name, value in given.items() if value is not None}
    return read_environment(ApiSettings, "The service cannot start", known)
