"""The environment of the service, read once and refused together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, SkipValidation
from pydantic_settings import NoDecode, SettingsConfigDict

from livetrip_adapters.clients import ClientSettings
from livetrip_adapters.photos import PhotoSettings
from livetrip_adapters.settings import DEFAULT_DATABASE_URL, Duplicated, read_environment
from livetrip_adapters.telemetry.settings import TelemetrySettings, read_telemetry
from livetrip_api.trust import Acceptance, read_acceptance


class ApiSettings(ClientSettings):
    """What the service is told.

    Attributes:
        host, port: `LIVETRIP_API_HOST`, `LIVETRIP_API_PORT`: where it listens; port 0 takes a free one.
        socket: `LIVETRIP_API_SOCKET`: path of a Unix socket to listen at instead; only its owner may connect.
        grace_seconds: `LIVETRIP_API_GRACE_SECONDS`: how long calls may take to finish after SIGTERM.
        head_seconds, body_idle_seconds, answer_idle_seconds, connections, connections_per_address: `LIVETRIP_API_HEAD_SECONDS` and so
            on: see `ClientSettings`.
        database_url: `LIVETRIP_DATABASE_URL`.
        photos: `LIVETRIP_PHOTOS_…`: where photos are kept; see `PhotoSettings`.
        acceptance: `LIVETRIP_TRUST`, and the variables of the kinds that it names: whom the service lets in.
        telemetry: what it tells of its calls.
        concurrent_duplicates: `LIVETRIP_CONCURRENT_DUPLICATES`: what becomes of a write while the first one with its idempotency key is
            being carried out, `refuse` or `wait`.
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
    # Always given, so that variables of these names count for nothing; they are not decoded either.
    acceptance: Annotated[SkipValidation[Acceptance], NoDecode]
    telemetry: Annotated[TelemetrySettings, NoDecode]
    concurrent_duplicates: Annotated[Duplicated, Field(validation_alias="LIVETRIP_CONCURRENT_DUPLICATES")] = "refuse"


def load_api_settings(**given: object) -> ApiSettings:
    """Read the environment; what is given (not None) comes first.

    Raises:
        SettingsError: it cannot be used.
    """
    said = {name: value for name, value in given.items() if value is not None}
    is_socket = bool(said.get("socket") or os.environ.get("LIVETRIP_API_SOCKET"))
    acceptance = read_acceptance(os.environ, is_socket=is_socket)
    telemetry, told = read_telemetry(os.environ)
    said |= {"acceptance": acceptance, "telemetry": telemetry}
    return read_environment(ApiSettings, "The service cannot start", said, [*acceptance.problems, *told])
