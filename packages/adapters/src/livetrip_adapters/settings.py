"""Everything that the environment decides, read once and refused together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    SkipValidation,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from livetrip_adapters.rollout_store import rollout_store
from livetrip_adapters.trust import Kind, read_credentials
from switchover import Fidelity, SharedKey
from switchover.port.transports.base import require_base_url
from switchover.trust import CredentialSource

DEFAULT_DATABASE_URL = "sqlite:///.livetrip/livetrip.sqlite3"


STAND_IN: Final = SharedKey("-" * 32)
"""Stands for credentials that are told as wrong already, so that what else is wrong is told with them. Nothing is ever called with it."""


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
        service_url: `LIVETRIP_SERVICE_URL`, `http://host:port` of the service.
        service_socket: `LIVETRIP_SERVICE_SOCKET`, path of a Unix socket instead.
        service_key: `LIVETRIP_SERVICE_KEY`, what this process proves itself with where nothing else is said.
        trust: `LIVETRIP_TRUST`: the kind of trust. `open`: the service trusts whoever can reach it, and nothing is sent. Meant for Unix
            sockets.
        rollout: `LIVETRIP_ROLLOUT`, in service mode: where it is kept which calls go to the service, `file:PATH` or `postgresql://…`. Unset:
            all of them.
        rollout_plan: `LIVETRIP_ROLLOUT_PLAN`, a rollout.toml instead of the one that is packaged.
        rollout_cache: `LIVETRIP_ROLLOUT_CACHE`, where a process remembers the last state for a start while PostgreSQL is down.
        credentials: what this process proves itself with, made of the variables of that kind.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    backend_mode: BackendMode = BackendMode.MONOLITH
    database_url: SecretStr = SecretStr(DEFAULT_DATABASE_URL)
    fidelity: Fidelity = Fidelity.OFF
    fidelity_share: Annotated[float, Field(gt=0, le=1)] = 0.01
    service_url: str | None = None
    service_socket: Path | None = None
    service_key: SecretStr | None = None
    trust: Kind | None = None
    rollout: SecretStr | None = None
    rollout_plan: Path | None = None
    rollout_cache: Path = Path(".livetrip/rollout-cache.json")
    credentials: SkipValidation[CredentialSource | None] = None

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
        if self.credential_source() is None and self.trust is not Kind.OPEN:
            wrong.append(
                "BACKEND_MODE=service needs LIVETRIP_SERVICE_KEY, or LIVETRIP_TRUST=open where only trusted callers reach the service, "
                "or another kind of trust"
            )
        wrong.extend(self._wrong_rollout())
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _wrong_rollout(self) -> Iterator[str]:
        """Looked at in service mode alone: the way back to the monolith is not barred by it."""
        try:
            if self.rollout is not None:
                rollout_store(self.rollout.get_secret_value())
        except ValueError as error:
            yield f"LIVETRIP_ROLLOUT {error}"

    def credential_source(self) -> CredentialSource | None:
        """What is attached to calls; None where the service trusts whoever can reach it."""
        if self.credentials is not None or self.trust is Kind.OPEN or self.service_key is None:
            return self.credentials
        return SharedKey(self.service_key.get_secret_value())


class _Environment(Settings, BaseSettings):
    model_config = SettingsConfigDict(env_prefix="LIVETRIP_", extra="ignore", frozen=True)

    backend_mode: Annotated[BackendMode, Field(validation_alias="BACKEND_MODE")] = BackendMode.MONOLITH


def load_settings() -> Settings:
    """Read the environment. What it says of trust counts in service mode alone: the way back to the monolith is not barred by it.

    Raises:
        SettingsError: it cannot be used.
    """
    problems: list[str] = []
    given: dict[str, object] = {"trust": None, "credentials": None}
    if os.environ.get("BACKEND_MODE") == BackendMode.SERVICE.value:
        kind, source, problems = read_credentials(os.environ)
        given = {"trust": kind, "credentials": STAND_IN if problems else source, "service_key": None}
    try:
        settings = _Environment(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise _unusable([*problems, *settings_problems(error, _Environment)]) from None
    if problems:
        raise _unusable(problems)
    return settings


def _unusable(problems: list[str]) -> SettingsError:
    return SettingsError("The environment cannot be used:\n" + "\n".join(f"  - {problem}" for problem in problems))


def settings_problems(error: ValidationError, settings: type[BaseSettings]) -> list[str]:
    """One line for each variable that is wrong. Values are not repeated: they may be secrets."""
    lines = []
    for item in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(item["loc"][0]) if item["loc"] else ""
        variable = _variable(name, settings)
        message = item["msg"].removeprefix("Value error, ")
        lines.append(f"{variable}: {message}" if variable else message)
    return lines


def _variable(name: str, settings: type[BaseSettings]) -> str:
    """The environment variable of a field, or of an alias."""
    if not name or name.isupper():
        return name
    return f"{settings.model_config.get('env_prefix', '')}{name}".upper()
