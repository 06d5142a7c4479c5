"""`switchover key`: keys that two services share."""

from __future__ import annotations

import argparse
from typing import Final

from switchover.trust.shared_key import new_key

SUMMARY: Final = "print a new key for SharedKey and SharedKeyVerifier; it is kept and logged nowhere"


def new(options: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes its options
    """Print a new key."""
    print(new_key())
    return 0
