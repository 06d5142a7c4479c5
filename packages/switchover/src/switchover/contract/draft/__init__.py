"""From a class that exists to a first contract: a start, to be read and made one's own."""

from switchover.contract.draft.document import Draft, draft
from switchover.contract.draft.planner import Choice

__all__ = ["Choice", "Draft", "draft"]
