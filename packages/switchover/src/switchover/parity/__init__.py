"""Do both sides answer alike? What would go differently over HTTP."""

from switchover.parity.differences import differences, mutable_parts
from switchover.parity.fidelity import Breach, Fidelity, Inspector, Report, log_breaches
from switchover.parity.members_set import differences_of_sets

__all__ = [
    "Breach",
    "Fidelity",
    "Inspector",
    "Report",
    "differences",
    "differences_of_sets",
    "log_breaches",
    "mutable_parts",
]
