"""LiveTrip's backend as an HTTP service."""

from livetrip_api.service import make_service
from livetrip_api.settings import ApiSettings, load_api_settings

__all__ = ["ApiSettings", "load_api_settings", "make_service"]
