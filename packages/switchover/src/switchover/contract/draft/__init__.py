"""From a class that exists to a first contract: a start, to be read and made one's own."""

from switchover.contract.draft.document import Draft, draft

__all__ = ["Draft", "draft"]
