"""How long a process of LiveTrip waits for its clients, and how many it holds, as the environment says."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from switchover.port.connections import ConnectionLimits


class ClientSettings(BaseSettings):
    """What the settings of every process that is hosted have in common; see `ConnectionLimits`.

    Attributes:
        head_seconds: `…_HEAD_SECONDS`: how long the head of a request may take.
        body_idle_seconds: `…_BODY_IDLE_SECONDS`: how long nothing of a body may arrive.
        answer_idle_seconds: `…_ANSWER_IDLE_SECONDS`: how long a client may take nothing of its answer.
        connections: `…_CONNECTIONS`: how many may be open; None for three quarters of the files that the process may open.
        connections_per_address: `…_CONNECTIONS_PER_ADDRESS`: how many of one address; 0 for no limit, None for half of all.
    """

    head_seconds: Annotated[float, Field(ge=1, le=600)] = 10.0
    body_idle_seconds: Annotated[float, Field(ge=1, le=3600)] = 30.0
    answer_idle_seconds: Annotated[float, Field(ge=1, le=3600)] = 30.0
    connections: Annotated[int | None, Field(ge=1)] = None
    connections_per_address: Annotated[int | None, Field(ge=0)] = None

    def connection_limits(self) -> ConnectionLimits:
        """The same for `switchover.port.hosting`."""
        return ConnectionLimits(
            head_seconds=self.head_seconds,
            body_idle_seconds=self.body_idle_seconds,
            answer_idle_seconds=self.answer_idle_seconds,
            connections=self.connections,
            connections_per_address=self.connections_per_address,
        )
