"""Whom the service lets in, as the environment says."""

from livetrip_api.trust.accepting import Acceptance, read_acceptance

__all__ = ["Acceptance", "read_acceptance"]
