"""Everything that the environment decides, read once and refused together."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar

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
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariable

from livetrip_adapters.errors import SettingsError
from livetrip_adapters.photos import PhotoSettings
from livetrip_adapters.rollout_store import rollout_store
from livetrip_adapters.telemetry.settings import TelemetrySettings, read_telemetry
from livetrip_adapters.trust import Kind, read_credentials
from switchover import Fidelity, SharedKey
from switchover.port.transports.base import require_base_url
from switchover.trust import CredentialSource

__all__ = [
    "DEFAULT_DATABASE_URL",
    "BackendMode",
    "Duplicated",
    "Settings",
    "SettingsError",
    "load_settings",
    "read_environment",
    "settings_problems",
]

Read = TypeVar("Read", bound=BaseSettings)

Duplicated = Literal["refuse", "wait"]
"""The words of `livetrip_bff.Duplicates`, which a process without a backend has not got."""

DEFAULT_DATABASE_URL = "sqlite:///.livetrip/livetrip.sqlite3"


STAND_IN: Final = SharedKey("-" * 32)
"""Stands for credentials that are told as wrong already, so that what else is wrong is told with them. Nothing is ever called with it."""


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
        answers: `LIVETRIP_ANSWERS`: read answers of a newer service `tolerant` or `strict`; strict if nothing is said and the
            fidelity is `strict`, else tolerant.
        service_url: `LIVETRIP_SERVICE_URL`, `http://host:port` of the service.
        service_socket: `LIVETRIP_SERVICE_SOCKET`, path of a Unix socket instead.
        service_key: `LIVETRIP_SERVICE_KEY`, what this process proves itself with where nothing else is said.
        trust: `LIVETRIP_TRUST`: the kind of trust. `open`: the service trusts whoever can reach it, and nothing is sent. Meant for Unix
            sockets.
        rollout: `LIVETRIP_ROLLOUT`, in service mode: where it is kept which calls go to the service, `file:PATH` or `postgresql://…`. Unset:
            all of them.
        rollout_plan: `LIVETRIP_ROLLOUT_PLAN`, a rollout.toml instead of the one that is packaged.
        rollout_cache: `LIVETRIP_ROLLOUT_CACHE`, where a process remembers the last state for a start while PostgreSQL is down.
        rollout_lease_seconds: `LIVETRIP_ROLLOUT_LEASE_SECONDS`, 10 or more: after so long without the rollout's store a process
            answers everything itself, until the store answers again. Unset: it never does.
        credentials: what this process proves itself with, made of the variables of that kind.
        telemetry: what this process tells of its calls.
        concurrent_duplicates: `LIVETRIP_CONCURRENT_DUPLICATES`, for the backend in this process: what becomes of a write while the first
            one with its idempotency key is being carried out, `refuse` or `wait`.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    backend_mode: BackendMode = BackendMode.MONOLITH
    database_url: SecretStr = SecretStr(DEFAULT_DATABASE_URL)
    photos: PhotoSettings = PhotoSettings()
    fidelity: Fidelity = Fidelity.OFF
    fidelity_share: Annotated[float, Field(gt=0, le=1)] = 0.01
    answers: Literal["tolerant", "strict"] | None = None
    service_url: str | None = None
    service_socket: Path | None = None
    service_key: SecretStr | None = None
    trust: Kind | None = None
    rollout: SecretStr | None = None
    rollout_plan: Path | None = None
    rollout_cache: Path = Path(".livetrip/rollout-cache.json")
    rollout_lease_seconds: Annotated[float, Field(ge=10, le=86_400)] | None = None
    credentials: SkipValidation[CredentialSource | None] = None
    # Where the environment is read, this is given, and a variable of this name counts for nothing.
    telemetry: Annotated[TelemetrySettings, NoDecode] = TelemetrySettings()
    concurrent_duplicates: Duplicated = "refuse"

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

    @property
    def answer_reading(self) -> Literal["tolerant", "strict"]:
        """How answers of the service are read."""
        return self.answers or ("strict" if self.fidelity is Fidelity.STRICT else "tolerant")

    def credential_source(self) -> CredentialSource | None:
        """What is attached to calls; None where the service trusts whoever can reach it."""
        if self.credentials is not None or self.trust is Kind.OPEN or self.service_key is None:
            return self.credentials
        return SharedKey(self.service_key.get_secret_value())


class _Environment(Settings, BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="LIVETRIP_", env_nested_delimiter="_", env_nested_max_split=1, extra="ignore", frozen=True
    )

    backend_mode: Annotated[BackendMode, Field(validation_alias="BACKEND_MODE")] = BackendMode.MONOLITH


def load_settings(**given: object) -> Settings:
    """Read the environment. What it says of trust counts in service mode alone: the way back to the monolith is not barred by it.

    Arguments:
        given: by the names of `Settings`; comes first.

    Raises:
        SettingsError: it cannot be used.
    """
    telemetry, told = read_telemetry(os.environ)
    problems: list[str] = []
    read: dict[str, object] = {"trust": None, "credentials": None}
    if os.environ.get("BACKEND_MODE") == BackendMode.SERVICE.value:
        kind, source, problems = read_credentials(os.environ)
        read = {"trust": kind, "credentials": STAND_IN if problems else source, "service_key": None}
    problems = [*problems, *told]
    read |= {"telemetry": telemetry, **given}
    return read_environment(_Environment, "The environment cannot be used", read, problems)


def read_environment(
    settings: type[Read], heading: str, given: Mapping[str, Any], problems: Sequence[str] = ()
) -> Read:
    """Read the environment; what is given comes first.

    Arguments:
        settings: what is read.
        heading: of what is wrong.
        given: by the names of its fields.
        problems: what is known to be wrong already.

    Raises:
        SettingsError: it cannot be used; below the heading, one line for each variable that is wrong.
    """
    try:
        read = settings(**given)
    except ValidationError as error:
        raise _unusable(heading, [*problems, *settings_problems(error, settings)]) from None
    except UnreadableVariable as error:
        field = re.search(r'field "(\w+)"', str(error))
        variable = _variable((field[1],) if field else (), settings)
        raise _unusable(heading, [*problems, f"{variable}: is read from variables that go on where it ends"]) from None
    if problems:
        raise _unusable(heading, problems)
    return read


def _unusable(heading: str, problems: Sequence[str]) -> SettingsError:
    return SettingsError(f"{heading}:\n" + "\n".join(f"  - {problem}" for problem in problems))


def settings_problems(error: ValidationError, settings: type[BaseSettings]) -> list[str]:
    """One line for each variable that is wrong. Values are not repeated: they may be secrets."""
    lines = []
    for item in error.errors(include_input=False, include_url=False, include_context=False):
        variable = _variable([part for part in item["loc"] if isinstance(part, str)], settings)
        message = item["msg"].removeprefix("Value error, ")
        lines.append(f"{variable}: {message}" if variable else message)
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
