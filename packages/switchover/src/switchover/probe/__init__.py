"""Is the service there, as seen from outside? Status, conformance with the contract, and where the time goes."""

from switchover.probe.certificates import trust_of
from switchover.probe.delivery import Delivery, to_file, to_gateway
from switchover.probe.durations import seconds_of
from switchover.probe.outcome import Fault, ProbeOutcome
from switchover.probe.prober import Prober
from switchover.probe.rendering import as_json, line
from switchover.probe.target import ProbeTarget, require_distinct, targets
from switchover.probe.watching import Watch, beats

__all__ = [
    "Delivery",
    "Fault",
    "ProbeOutcome",
    "ProbeTarget",
    "Prober",
    "Watch",
    "as_json",
    "beats",
    "line",
    "require_distinct",
    "seconds_of",
    "targets",
    "to_file",
    "to_gateway",
    "trust_of",
]
