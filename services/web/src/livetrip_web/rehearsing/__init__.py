"""What `switchover rehearse` asks of the pages."""

from livetrip_web.rehearsing.load import calls

__all__ = ["calls"]
