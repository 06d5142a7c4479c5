"""Where something happened."""

from __future__ import annotations

from dataclasses import dataclass

from livetrip_core import text
from livetrip_core.errors import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """WGS 84, decimal degrees: latitude -90 to 90, longitude -180 to 180."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        # Written so that a NaN, which compares false with everything, is refused.
        if not -90 <= self.latitude <= 90:
            raise InvalidValue("latitude", "has to be -90 to 90")
        if not -180 <= self.longitude <= 180:
            raise InvalidValue("longitude", "has to be -180 to 180")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A name, and coordinates if the traveller wants to say."""

    name: str
    coordinates: Coordinates | None = None

    def __post_init__(self) -> None:
        text.title("place.name", self.name)
