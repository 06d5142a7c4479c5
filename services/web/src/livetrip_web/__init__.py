"""LiveTrip Diary in the browser: pages over the `LiveTrip` Protocol, whatever is behind it."""

from livetrip_web.app import make_web
from livetrip_web.edge.door import Web
from livetrip_web.settings import WebSettings, load_web_settings

__all__ = ["Web", "WebSettings", "load_web_settings", "make_web"]
