"""What happened, as lines: one for each call, and whatever else a process has to say, all of one form.

Needs `switchover[logs]`.
"""

from switchover.telemetry.logs.calls import CallLog
from switchover.telemetry.logs.configuration import configure_logging
from switchover.telemetry.logs.pseudonyms import Pseudonyms

__all__ = ["CallLog", "Pseudonyms", "configure_logging"]
