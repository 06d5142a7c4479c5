"""What a service that did not prove itself is told: the same for every reason."""

from __future__ import annotations

from typing import Final

REFUSAL: Final = "Valid service credentials are required."
