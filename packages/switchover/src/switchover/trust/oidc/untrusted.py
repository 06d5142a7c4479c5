"""Why a token is not believed."""

from __future__ import annotations


class Untrusted(Exception):
    """A token, or a key, that is not believed.

    Attributes:
        reason: why, as a short stable word for counters; it is never sent.
        rule: which rule of `token_rules` refused it; the reason, where that has one rule.
        found: what was found instead, for the log: a number or a kind, never a claim's value.
    """

    def __init__(self, reason: str, *, rule: str = "", found: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.rule = rule or reason
        self.found = found
