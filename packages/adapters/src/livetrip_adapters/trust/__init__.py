"""What this process proves itself with at the service, as the environment says."""

from livetrip_adapters.trust.calling import read_credentials
from livetrip_adapters.trust.kinds import Kind
from livetrip_adapters.trust.reading import Reading

__all__ = ["Kind", "Reading", "read_credentials"]
