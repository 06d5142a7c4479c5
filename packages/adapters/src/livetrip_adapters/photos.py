"""Where photos are kept, as the environment decides it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from switchover.port.transports.base import require_base_url

FILES_PATH: Final = "/photo-files"
"""Where the process that has the backend answers the addresses of photos that lie in a folder."""

_WITH_A_BUCKET: Final = ("endpoint", "region", "access_key_id", "secret_access_key")


class S3Settings(BaseModel):
    """A bucket that speaks S3, and who may use it."""

    model_config = ConfigDict(frozen=True)

    bucket: str
    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: SecretStr


class PhotoSettings(BaseModel):
    """What the process that has the backend is told about photos, in variables that start with `LIVETRIP_PHOTOS_`.

    Attributes:
        folder: `…FOLDER`: where they lie, unless in a bucket; beside a SQLite file if nothing is said.
        url: `…URL`: where browsers reach the files of that folder, with a path; where the process listens if nothing is said.
        origins: `…ORIGINS`: the pages that may send and fetch from another origin, comma-separated.
        collect_seconds: `…COLLECT_SECONDS`: how often what nobody needs is removed; 0: by `livetrip collect` alone.
        s3_bucket: `…S3_BUCKET`: the bucket that they lie in instead; the four below belong to it.
        s3_endpoint, s3_region: `…S3_ENDPOINT` (`https://host`, reached by this process and by browsers) and `…S3_REGION`.
        s3_access_key_id, s3_secret_access_key: `…S3_ACCESS_KEY_ID`, `…S3_SECRET_ACCESS_KEY`.
        s3_secret_access_key_file: `…S3_SECRET_ACCESS_KEY_FILE`: a file with that key instead.
    """

    model_config = ConfigDict(frozen=True)

    folder: Path | None = None
    url: str | None = None
    origins: Annotated[tuple[str, ...], NoDecode] = ()
    collect_seconds: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    s3_bucket: Annotated[str | None, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] = None
    s3_endpoint: str | None = None
    s3_region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,50}$")] = "us-east-1"
    s3_access_key_id: Annotated[str | None, Field(min_length=1)] = None
    s3_secret_access_key: Annotated[SecretStr | None, Field(min_length=1)] = None
    s3_secret_access_key_file: Path | None = None

    @property
    def base_url(self) -> str:
        """Where browsers reach the files of the folder, as long as the process does not say where it listens."""
        return self.url or f"http://127.0.0.1:8000{FILES_PATH}"

    @property
    def s3(self) -> S3Settings | None:
        """The bucket; None if photos lie in a folder."""
        if self.s3_bucket is None:
            return None
        known = {name: getattr(self, f"s3_{name}") for name in ("bucket", *_WITH_A_BUCKET)}
        return S3Settings(**known)

    @field_validator("origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if require_base_url(origin).count("/") != 2:
                raise ValueError("has to be origins, as in https://diary.example, without a path")
        return value

    @field_validator("url")
    @classmethod
    def _has_a_path(cls, value: str | None) -> str | None:
        if value is not None and require_base_url(value).count("/") < 3:
            raise ValueError(f"has to have a path of its own, as in https://api.example{FILES_PATH}")
        return None if value is None else require_base_url(value)

    @field_validator("s3_endpoint")
    @classmethod
    def _is_base_url(cls, value: str | None) -> str | None:
        return None if value is None else require_base_url(value)

    @model_validator(mode="before")
    @classmethod
    def _read_the_key(cls, values: object) -> object:
        if not isinstance(values, dict) or not values.get("s3_secret_access_key_file"):
            return values
        if values.get("s3_secret_access_key") is not None:
            raise ValueError("…S3_SECRET_ACCESS_KEY and …S3_SECRET_ACCESS_KEY_FILE are both set; only one can be meant")
        try:
            key = Path(values["s3_secret_access_key_file"]).read_text("utf-8").strip()
        except (OSError, ValueError):
            raise ValueError("…S3_SECRET_ACCESS_KEY_FILE names no file that can be read") from None
        return {**values, "s3_secret_access_key": key}

    @model_validator(mode="after")
    def _is_a_bucket_or_a_folder(self) -> Self:
        given = [name for name in _WITH_A_BUCKET if getattr(self, f"s3_{name}") is not None]
        missing = [name for name in _WITH_A_BUCKET if name not in given]
        if self.s3_bucket is None and set(given) - {"region"}:
            raise ValueError("…S3_BUCKET is missing, which the other settings of S3 belong to")
        if self.s3_bucket is not None and missing:
            raise ValueError("…S3_BUCKET needs " + ", ".join(f"…S3_{name.upper()}" for name in missing))
        if self.s3_bucket is not None and self.folder is not None:
            raise ValueError("…FOLDER and …S3_BUCKET are both set; only one can be meant")
        return self
