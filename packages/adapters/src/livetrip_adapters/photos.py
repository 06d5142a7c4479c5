"""Where photos are kept, as the environment decides it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from switchover.port.transports.base import require_base_url


class PhotoSettings(BaseSettings):
    """What the process that has the backend is told about photos.

    Attributes:
        folder: `LIVETRIP_PHOTOS_FOLDER`: where they lie.
        url: `LIVETRIP_PHOTOS_URL`: where browsers reach them.
        origins: `LIVETRIP_PHOTOS_ORIGINS`: the pages that may send and fetch from another origin, comma-separated.
    """

    model_config = SettingsConfigDict(env_prefix="LIVETRIP_PHOTOS_", extra="ignore", frozen=True, populate_by_name=True)

    folder: Path = Path(".livetrip/photos")
    url: str = "http://127.0.0.1:8000/photo-files"
    origins: Annotated[tuple[str, ...], NoDecode, Field(default=())]

    @field_validator("origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("url")
    @classmethod
    def _is_base_url(cls, value: str) -> str:
        return require_base_url(value)
