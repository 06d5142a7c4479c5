"""Everything that the environment decides, read once and refused together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariable

from livetrip_adapters.photos import PhotoSettings
from switchover import Fidelity, SharedKey
from switchover.port.transports.base import require_base_url

Read = TypeVar("Read", bound=BaseSettings)

DEFAULT_DATABASE_URL = "sqlite:///.livetrip/livetrip.sqlite3"


class SettingsError(Exception):
    """The environment cannot be used; the message names every variable that is wrong, and never a secret."""


class BackendMode(Enum):
    """Which wiring the application runs on."""

    MONOLITH = "monolith"
    SERVICE = "service"


class Settings(BaseModel):
    """What everything that calls LiveTrip is told; `load_settings` reads it from the environment.

    Attributes:
        backend_mode: `BACKEND_MODE`: the backend in this process (`monolith`), or the service (`service`).
        database_url: `LIVETRIP_DATABASE_URL`, for the backend in this process: SQLite or PostgreSQL, as SQLAlchemy writes it.
        fidelity: `LIVETRIP_FIDELITY`: hold in-process calls to what HTTP would do: `off`, `sample`, `strict`.
        fidelity_share: `LIVETRIP_FIDELITY_SHARE`: the share of calls that `sample` looks at, 0 to 1.
        photos: `LIVETRIP_PHOTOS_…`: where the backend in this process keeps photos; see `PhotoSettings`.
        service_url: `LIVETRIP_SERVICE_URL`, `http://host:port` of the service.
        service_socket: `LIVETRIP_SERVICE_SOCKET`, path of a Unix socket instead.
        service_key: `LIVETRIP_SERVICE_KEY`, what this process proves itself with.
        trust: `LIVETRIP_TRUST=open`: the service trusts whoever can reach it, and no key is sent. Meant for Unix sockets.
    """

    model_config = ConfigDict(frozen=True)

    backend_mode: BackendMode = BackendMode.MONOLITH
    database_url: SecretStr = SecretStr(DEFAULT_DATABASE_URL)
    photos: PhotoSettings = PhotoSettings()
    fidelity: Fidelity = Fidelity.OFF
    fidelity_share: Annotated[float, Field(gt=0, le=1)] = 0.01
    service_url: str | None = None
    service_socket: Path | None = None
    service_key: SecretStr | None = None
    trust: Annotated[str | None, Field(pattern="^open$")] = None

    @field_validator("service_url")
    @classmethod
    def _is_base_url(cls, value: str | None) -> str | None:
        return None if value is None else require_base_url(value)

    @field_validator("service_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            SharedKey(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _knows_the_service(self) -> Self:
        if self.backend_mode is BackendMode.MONOLITH:
            return self
        wrong = []
        if self.service_url is None and self.service_socket is None:
            wrong.append("BACKEND_MODE=service needs LIVETRIP_SERVICE_URL or LIVETRIP_SERVICE_SOCKET")
        if self.service_key is None and self.trust is None:
            wrong.append(
                "BACKEND_MODE=service needs LIVETRIP_SERVICE_KEY, or LIVETRIP_TRUST=open where only trusted callers reach the service"
            )
        if self.service_key is not None and self.trust is not None:
            wrong.append("LIVETRIP_SERVICE_KEY and LIVETRIP_TRUST=open are both set; only one can be meant")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class _Environment(Settings, BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="LIVETRIP_", env_nested_delimiter="_", env_nested_max_split=1, extra="ignore", frozen=True
    )

    backend_mode: Annotated[BackendMode, Field(validation_alias="BACKEND_MODE")] = BackendMode.MONOLITH


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: it cannot be used.
    """
    return read_environment(_Environment, "The environment cannot be used", {})


def read_environment(settings: type[Read], heading: str, given: Mapping[str, Any]) -> Read:
    """Read the environment; what is given comes first.

    Raises:
        SettingsError: it cannot be used; below the heading, one line for each variable that is wrong.
    """
    try:
        return settings(**given)
    except ValidationError as error:
        problems = settings_problems(error, settings)
        raise SettingsError(f"{heading}:\n" + "\n".join(problems)) from None
    except UnreadableVariable as error:
        field = re.search(r'field "(\w+)"', str(error))
        variable = _variable((field[1],) if field else (), settings)
        raise SettingsError(f"{heading}:\n  - {variable}: is read from variables that go on where it ends") from None


def settings_problems(error: ValidationError, settings: type[BaseSettings]) -> list[str]:
    """One line for each variable that is wrong. Values are not repeated: they may be secrets."""
    lines = []
    for item in error.errors(include_input=False, include_url=False, include_context=False):
        variable = _variable([part for part in item["loc"] if isinstance(part, str)], settings)
        message = item["msg"].removeprefix("Value error, ")
        lines.append(f"  - {variable}: {message}" if variable else f"  - {message}")
    return lines


def _variable(where: Sequence[str], settings: type[BaseSettings]) -> str:
    """The environment variable of a field, of an alias, or of a part of one."""
    if not where:
        return ""
    field = settings.model_fields.get(where[0])
    known = field.validation_alias if field is not None else None
    first = known if isinstance(known, str) else where[0]
    prefix = "" if first.isupper() else settings.model_config.get("env_prefix", "")
    return "_".join((prefix + first, *where[1:])).upper()
